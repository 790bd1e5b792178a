package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.cli.ShardyProcess.Started;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main commands where users start them: without a locale, in a locale with digits of its own,
 * and as a user id that has no name. Text that is not ASCII is written by the shell, so that the
 * locale of the tests does not matter.
 */
final class SurroundingsIT {

  private static final int UID = 1_000_770_000;
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private static final Path JAR =
      ShardyProcess.SCRIPT.resolveSibling("../cli/target/shardyfusion-cli.jar");

  /** Defines what the tests' scripts use, and {@code shardy} in an environment without a locale. */
  private static final String WITHOUT_A_LOCALE =
      """
      u=$(printf '\\303\\274') o=$(printf '\\303\\266') latin=$(printf 'Z\\374rich')
      bare() {
        env -i PATH="$PATH" HOME="$PWD" JAVA_HOME="$JAVA_HOME" SHARDY_ARCHIVE=off SHARDY_JAVA_OPTS="$SHARDY_JAVA_OPTS" "$@"
      }
      shardy() { bare "$SHARDY" "$@"; }
      """;

  @TempDir private static Path directory;

  private static ShardyProcess processes;

  /** One dataset for all tests, in a directory whose name is not ASCII. */
  @BeforeAll
  static void publishWithoutALocaleAndInOneWithOtherDigits() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    processes = new ShardyProcess(directory);
    Ended run =
        shell(
            """
            printf '{"id":"Z%srich","op":""}\\n{"id":"Bern","op":"gel%sscht"}\\n' $u $o >rows-$u.jsonl
            SHARDY_JAVA_OPTS="$SHARDY_JAVA_OPTS -Duser.language=ar -Duser.country=EG"
            shardy run -d z${u}rich --input rows-$u.jsonl --key id --key-type string --shards 2 \
              --op-column op --delete-values gel${o}scht --custom city=Z${u}rich
            """);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("\"version\":1,", "\"rows_read\":2,", "\"rows_written\":1,", "\"deletes\":1,");
  }

  @Test
  void textIsTheOneThatWasTypedWithoutALocale() throws Exception {
    Ended ended =
        shell(
            """
            shardy get Z${u}rich -d z${u}rich
            shardy scan --prefix Z${u} -o text --config /dev/null -d z${u}rich
            SHARDY_JAVA_OPTS="$SHARDY_JAVA_OPTS -Duser.language=ar -Duser.country=EG"
            shardy multiget Bern Z${u}rich -d z${u}rich
            cat z${u}rich/manifests/*.json
            """);

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().toList())
        .satisfies(
            lines -> {
              assertThat(lines.get(0))
                  .contains("\"key\":\"Zürich\",\"found\":true,", "\"version\":1");
              assertThat(lines.get(1)).contains("Zürich");
              assertThat(lines.get(2))
                  .startsWith("{\"version\":1,\"results\":[{\"key\":\"Bern\",\"found\":false,")
                  .contains("{\"key\":\"Zürich\",\"found\":true,");
            });
    assertThat(ended.out()).containsPattern("\"city\" ?: ?\"Zürich\"");
  }

  @Test
  void textThatCannotBeDecodedIsRefusedAndTheAdviceWorks() throws Exception {
    Ended script = shell("shardy get \"$latin\" -d z${u}rich");
    Ended java = shell("bare \"$JAVA_HOME/bin/java\" -jar " + JAR + " get Z${u}rich -d z${u}rich");
    Ended variable =
        shell("SHARDY_DATASET=z${u}rich LC_ALL=C \"$JAVA_HOME/bin/java\" -jar " + JAR + " info");
    Ended advised =
        shell(
            "bare LC_ALL=C.UTF-8 \"$JAVA_HOME/bin/java\" -jar "
                + JAR
                + " get Z${u}rich -d z${u}rich");

    for (Ended refused : List.of(script, java, variable)) {
      assertThat(refused.code()).as(refused.err()).isEqualTo(2);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err()).startsWith("shardy: the ").hasLineCount(1);
    }
    assertThat(script.err()).contains("(number 2) is no text", "write it in UTF-8");
    assertThat(java.err()).contains("(number 2) is no text", "set LC_ALL=C.UTF-8");
    assertThat(variable.err()).contains("variable SHARDY_DATASET", "set LC_ALL=C.UTF-8");
    assertThat(advised.out()).as(advised.err()).contains("\"found\":true");
  }

  @Test
  void theMainClassesOfOthersProcessesRefuseItToo() throws Exception {
    Ended job =
        shell(
            """
            bare "$JAVA_HOME/bin/java" -cp "%s/*" io.shardyfusion.job.SnapshotJob --key Z${u}rich
            """
                .formatted(ShardyProcess.SCRIPT.resolveSibling("../cli/target/lib")));

    assertThat(job.code()).isEqualTo(1);
    assertThat(job.err()).contains("InvalidRequestException: the argument", "set LC_ALL=C.UTF-8");
  }

  @Test
  void aUserIdWithoutANameHasItsCheckpointsBelowItsHome() throws Exception {
    assumeTrue(canRunNameless(), "setpriv, and what it starts must be readable for others");
    Path home = open("home");
    Path work = open("work");
    Path input = Files.createDirectory(directory.resolve("in"));
    Files.writeString(input.resolve("1.jsonl"), "{\"id\":7}\n");
    String[] run = {
      "run",
      "--mode",
      "streaming",
      "-d",
      work.resolve("data").toString(),
      "--input",
      input.toString(),
      "--key",
      "id",
      "--shards",
      "1",
      "--checkpoint-interval",
      "200ms"
    };

    Ended ended;
    try (Started job = processes.start(nameless("HOME=" + home, run), Map.of())) {
      Await.until("a version", DEADLINE, () -> !job.lines().isEmpty() || !job.process().isAlive());
      ended = job.terminate();
    }
    Ended get =
        processes.run(
            nameless("HOME=" + home, "get", "7", "-d", work.resolve("data").toString()), Map.of());
    Ended homeless = processes.run(nameless("HOME=", run), Map.of());

    assertThat(ended.out()).as(ended.err()).contains("\"version\":1,");
    assertThat(ended.err())
        .contains("checkpoints are in " + home.resolve(".local/state/shardyfusion/checkpoints"));
    try (Stream<Path> below = Files.walk(home)) {
      assertThat(below).anyMatch(path -> path.endsWith("_metadata"));
    }
    assertThat(get.out()).as(get.err()).contains("\"found\":true");
    assertThat(directory.resolve("shardyfusion-" + UID)).isDirectory();
    assertThat(homeless.code()).as(homeless.err()).isEqualTo(2);
    assertThat(homeless.err()).contains("set HOME", "--checkpoint-dir").doesNotContain("\tat ");
  }

  private static Ended shell(String script) throws IOException, InterruptedException {
    return processes.shell(WITHOUT_A_LOCALE + script);
  }

  /** A directory that everybody may write to. */
  private static Path open(String name) throws IOException {
    Path created = Files.createDirectory(directory.resolve(name));
    return Files.setPosixFilePermissions(created, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static boolean canRunNameless() throws InterruptedException {
    String readable = "test -r \"$0\" && test -x \"$JAVA_HOME/bin/java\"";
    List<String> command = new ArrayList<>(nameless("HOME=" + directory));
    command.remove(command.size() - 1);
    command.addAll(List.of("sh", "-c", readable, JAR.toString()));
    try {
      return processes.run(command, Map.of()).code() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> nameless(String home, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--reuid=" + UID,
                "--regid=" + UID,
                "--clear-groups",
                "env",
                home,
                ShardyProcess.SCRIPT.toString()));
    command.addAll(List.of(args));
    return command;
  }
}
