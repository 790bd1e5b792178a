package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader in a process that may have no more files open. */
class OpenFileLimitIT {

  @TempDir Path directory;

  @Test
  void whereverFilesRunOutTheErrorSpeaksOfTheLimitAndIsNotRemembered() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, 100);
    Path out = directory.resolve("out");
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -n 250; exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                OpenFileLimitProcess.class.getName(),
                dataset.uri(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    List<String> outcomes = Files.readAllLines(directory.resolve("outcomes"));
    assertThat(outcomes).first().asString().contains("may have 250 open");
    assertThat(outcomes).last().isEqualTo("works");
    assertThat(outcomes.stream().filter(o -> !o.equals("works")).toList())
        .hasSizeGreaterThan(5)
        .allSatisfy(
            o ->
                assertThat(o)
                    .startsWith("io.shardyfusion.StorageException: ")
                    .contains("too many open files", "ulimit -n")
                    .doesNotContain("choose another"));
  }
}
