package io.shardyfusion.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A cluster overwrites and deletes its own directory, and nothing of anybody else. */
final class ClusterDirectoryTest {

  @TempDir private Path temporary;

  @Test
  void aDirectoryThatIsMissingOrEmptyBecomesAClustersAndStaysOne() throws IOException {
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    for (Path root : List.of(empty, temporary.resolve("not/there"))) {
      ClusterDirectory directory = new ClusterDirectory(root);

      directory.claim();
      Files.createDirectory(directory.logs());
      directory.claim();

      directory.requireDeletable();
      assertThat(root.resolve(ClusterDirectory.MARKER)).isRegularFile();
    }
  }

  @Test
  void upLeavesADirectoryOfSomethingElseAsItIs() throws IOException {
    Path home = someonesHome();

    String message = refused("up", "--rest-port=0", "--s3-port=0", "--dir", home.toString());

    assertThat(message)
        .contains(home.toString(), ClusterDirectory.MARKER, "found conf and 2 more", "--dir");
    assertUntouched(home);
  }

  @Test
  void theSupervisorChecksItItself() throws IOException {
    Path home = someonesHome();

    refused("supervise", "--rest-port=0", "--s3-port=0", "--dir", home.toString());

    assertUntouched(home);
  }

  @Test
  void downDeletesNothingOfSomethingElse() throws IOException {
    Path home = someonesHome();

    String message = refused("down", "--delete", "--dir", home.toString());

    assertThat(message).contains(home.toString(), "was not deleted", "found conf and 2 more");
    assertUntouched(home);
  }

  @Test
  void downDeletesAClustersDirectoryAndHasNothingToDoWhereThereIsNone() throws IOException {
    ClusterDirectory directory = new ClusterDirectory(temporary.resolve("cluster"));
    directory.claim();
    Files.writeString(Files.createDirectory(directory.logs()).resolve("s3.log"), "");
    for (int i = 0; i < 2; i++) {
      assertThat(
              ClusterMain.commandLine()
                  .execute("down", "--delete", "--dir", directory.root().toString()))
          .isZero();
      assertThat(directory.root()).doesNotExist();
    }
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "text");

    assertThatThrownBy(new ClusterDirectory(file)::claim)
        .isInstanceOf(ClusterException.class)
        .hasMessageContainingAll(file.toString(), "found a file");
    assertThatThrownBy(new ClusterDirectory(file.resolve("below"))::claim)
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining(file.toString());
    refused("down", "--delete", "--dir", file.toString());
    assertThat(file).hasContent("text");
  }

  /** The message with which a command ends that has to be called differently. */
  private static String refused(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine command = ClusterMain.commandLine().setErr(new PrintWriter(err, true));

    assertThat(command.execute(arguments)).isEqualTo(2);

    assertThat(err.toString()).startsWith("cluster: ").hasLineCount(1);
    return err.toString();
  }

  private Path someonesHome() throws IOException {
    Path home = Files.createDirectory(temporary.resolve("home"));
    for (String name : List.of("conf/config.yaml", "log/important.log", "plugins/one.jar")) {
      Path file = home.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "precious");
    }
    return home;
  }

  private static void assertUntouched(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home).filter(Files::isRegularFile)) {
      assertThat(files.map(file -> home.relativize(file).toString()))
          .containsExactlyInAnyOrder("conf/config.yaml", "log/important.log", "plugins/one.jar");
    }
    assertThat(home.resolve("conf/config.yaml")).hasContent("precious");
  }
}
