package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/shardy}, in processes of their own. */
final class ShardyScriptIT {

  @TempDir private Path directory;

  private ShardyProcess process;

  @BeforeEach
  void inTheDirectory() {
    process = new ShardyProcess(directory);
  }

  @Test
  void aLookupPrintsItsResultAndNothingElse() throws Exception {
    TestDataset dataset = dataset();

    Ended found = shardy("get", "2", "-d", dataset.uri());
    Ended missing = shardy("get", "3", "--strict", "-o", "text", "-d", dataset.uri());

    assertThat(found.err()).isEmpty();
    assertThat(found.code()).isZero();
    assertThat(found.out())
        .isEqualTo(
            "{\"key\":2,\"found\":true,\"value\":\"zwei ☃\",\"value_encoding\":\"utf8\",\"version\":1,\"shard\":%s}\n"
                .formatted(dataset.sharding().shardOf(2L)));
    assertThat(missing).isEqualTo(new Ended(1, "", ""));
  }

  @Test
  void classesComeFromAnArchiveThatTheFirstStartMakesAndOneThatDoesNotFitIsNotUsed()
      throws Exception {
    Path loaded = directory.resolve("loaded.txt");
    process.environment(
        "SHARDY_JAVA_OPTS", "-Djava.io.tmpdir=" + directory + " -Xlog:class+load:file=" + loaded);

    Ended first = shardy("--version");
    // Another class's process may make it.
    Await.until(
        "the archive",
        Duration.ofMinutes(3),
        () -> archives(".making").isEmpty() && !archives(".jsa").isEmpty());
    Ended second = shardy("--version");
    String with = Files.readString(loaded);
    Path archive =
        archives(".jsa").stream()
            .max(Comparator.comparing(file -> file.toFile().lastModified()))
            .orElseThrow();
    Path own = Files.createDirectory(directory.resolve("archives"));
    Files.write(own.resolve(archive.getFileName()), new byte[Math.toIntExact(Files.size(archive))]);
    Ended broken = process.environment("SHARDY_ARCHIVE", own.toString()).shardy("--version");

    assertThat(first.code()).as(first.err()).isZero();
    assertThat(with)
        .containsPattern("io\\.shardyfusion\\.cli\\.Shardy source: shared objects file \\(top\\)");
    assertThat(Files.readString(loaded))
        .containsPattern("io\\.shardyfusion\\.cli\\.Shardy source: file:");
    assertThat(List.of(second, broken)).containsOnly(first);
  }

  /** What the processes have made for all tests. */
  private static List<Path> archives(String ending) {
    try (Stream<Path> files = Files.list(ShardyProcess.ARCHIVES)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCollectorThatTheUserChoosesIsTheOnlyOneWhereverTheOptionIs() throws Exception {
    Files.writeString(directory.resolve("options"), "-XX:+UseParallelGC\n");
    Files.writeString(directory.resolve("flags"), "+UseParallelGC\n");

    Ended ended =
        shell(
            """
            export SHARDY_JAVA_OPTS=
            SHARDY_JAVA_OPTS=-XX:+UseParallelGC "$SHARDY" --version
            SHARDY_JAVA_OPTS=-XX:VMOptionsFile=options "$SHARDY" --version
            SHARDY_JAVA_OPTS=-XX:Flags=flags "$SHARDY" --version
            SHARDY_JAVA_OPTS=@options "$SHARDY" --version
            JDK_JAVA_OPTIONS=@options "$SHARDY" --version
            JAVA_TOOL_OPTIONS=-XX:+UseG1GC "$SHARDY" --version
            _JAVA_OPTIONS=-XX:+UseG1GC "$SHARDY" --version
            """);

    assertThat(ended.out().lines().filter(line -> line.startsWith("shardy ")))
        .as(ended.err())
        .hasSize(7);
  }

  @Test
  void whereNoArchiveCanBeKeptCommandsDoTheSame() throws Exception {
    Ended unwritable =
        process
            .environment("SHARDY_ARCHIVE", "/proc/nowhere")
            .shardy("get", "2", "-d", dataset().uri());

    assertThat(unwritable.code()).isZero();
    assertThat(unwritable.err()).isEmpty();
    assertThat(unwritable.out()).hasLineCount(1);
  }

  @Test
  void failuresHaveTheirExitCodesAndOneLine() throws Exception {
    Ended usage = shardy("frobnicate");
    Ended absent = shardy("info", "-d", directory.resolve("nothing").toString());

    assertThat(usage.code()).isEqualTo(2);
    assertThat(usage.out()).isEmpty();
    assertThat(usage.err()).contains("'frobnicate'");
    assertThat(absent.code()).isEqualTo(1);
    assertThat(absent.out()).isEmpty();
    assertThat(absent.err()).hasLineCount(1);
  }

  @Test
  void aLimitOfOpenFilesThatIsTooLowIsNamed() throws Exception {
    Ended ended = shell("ulimit -n 80; \"$SHARDY\" get 2 -d '" + dataset().uri() + "'");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("too many open files", "ulimit -n").hasLineCount(1);
  }

  @Test
  void aPipeThatIsClosedEarlyEndsAScanQuietly() throws Exception {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 1);
    for (long key = 0; key < 5000; key++) {
      dataset.row(key, "x".repeat(100));
    }
    dataset.publish();

    Ended ended =
        shell("{ \"$SHARDY\" scan -d '" + dataset.uri() + "'; echo \"code $?\" >&2; } | head -n 1");

    assertThat(ended.out().lines()).hasSize(1);
    assertThat(ended.err()).isEqualTo("code 0\n");
  }

  @Test
  void aClosedStandardInputIsAnErrorAndNoOtherFileIsReadForIt() throws Exception {
    String multiget = "\"$SHARDY\" multiget - -d '" + dataset().uri() + "' ";

    Ended closed = shell(multiget + "<&-");
    Ended empty = shell(multiget + "</dev/null");

    assertThat(closed.code()).as(closed.err()).isEqualTo(2);
    assertThat(closed.out()).isEmpty();
    assertThat(closed.err())
        .contains("standard input is closed; give it what to read, or </dev/null for nothing")
        .hasLineCount(1);
    assertThat(empty.code()).isZero();
  }

  @Test
  void aClosedStandardOutputIsAnErrorAndNothingIsWrittenElsewhere() throws Exception {
    Ended ended = shell("\"$SHARDY\" get 1 -d '" + dataset().uri() + "' >&-");

    assertThat(ended.code()).as(ended.err()).isNotZero();
  }

  @Test
  void theScriptIsFoundThroughASymbolicLinkFromAnyDirectory() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("shardy-link"), ShardyProcess.SCRIPT);

    Ended ended = process.run(List.of(link.toString(), "--version"), Map.of());

    Files.delete(link);
    assertThat(ended.out()).startsWith("shardy ");
    assertThat(ended.code()).isZero();
  }

  @Test
  void aMissingJavaIsOneClearMessage() throws Exception {
    Ended ended =
        process.run(
            List.of(ShardyProcess.SCRIPT.toString(), "--version"),
            Map.of("JAVA_HOME", directory.resolve("no-java").toString()));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).startsWith("shardy: Java 17 or newer is needed").hasLineCount(1);
  }

  @Test
  void quickstartBuildsTheSampleAndSuggestsCommandsThatWork() throws Exception {
    Ended quickstart = shardy("quickstart");

    assertThat(quickstart.code()).as(quickstart.err()).isZero();
    assertThat(quickstart.out())
        .contains("Published version 1 ", "135,233 cities", "\"name\":\"Paris\"", "not there");
    List<String> suggested =
        quickstart.out().lines().dropWhile(l -> !l.equals("Try next:")).skip(1).toList();
    assertThat(suggested).hasSizeGreaterThanOrEqualTo(5);
    for (String command : suggested) {
      Ended ended = shell(command);
      assertThat(ended.code()).as(command + "\n" + ended.err()).isZero();
      assertThat(ended.out()).as(command).isNotEmpty();
    }
    Ended history = shardy("history", "-d", "shardy-quickstart");
    assertThat(history.out().lines()).hasSize(2).first().asString().contains("\"version\":2");
  }

  private TestDataset dataset() {
    TestDataset dataset =
        new TestDataset(directory, KeyEncoding.I64, 2).row(1L, "one").row(2L, "zwei ☃");
    dataset.publish();
    return dataset;
  }

  private Ended shardy(String... args) throws IOException, InterruptedException {
    return process.shardy(args);
  }

  private Ended shell(String script) throws IOException, InterruptedException {
    return process.shell(script);
  }
}
