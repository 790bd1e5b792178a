package io.shardyfusion.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FlinkConfigurationTest {

  @TempDir private Path directory;

  @Test
  void nestedAndFlatKeysAreTheSame() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("config.yaml"),
            """
            rest:
              port: 8081
            taskmanager.memory:
              managed.size: 512m
            some.list: [a, b]
            env.java.opts.all: >-
              -Da=b
              -Dc=d
            """);

    Map<String, String> settings = FlinkConfiguration.read(file);

    assertThat(settings)
        .containsEntry("rest.port", "8081")
        .containsEntry("taskmanager.memory.managed.size", "512m")
        .containsEntry("some.list", "a;b")
        .hasSize(4);
    assertThat(FlinkConfiguration.javaOptions(settings, "taskmanager"))
        .containsExactly("-Da=b", "-Dc=d");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> FlinkConfiguration.read(directory.resolve("none.yaml")))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("none.yaml");
  }
}
