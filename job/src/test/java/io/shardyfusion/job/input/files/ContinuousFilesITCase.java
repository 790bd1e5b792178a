package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.job.input.Logged;
import io.shardyfusion.job.input.RowInput;
import io.shardyfusion.job.input.StreamedRows;
import io.shardyfusion.job.input.files.listing.TwoTimesFileSystem;
import io.shardyfusion.job.input.news.InputNews;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.RowSource;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.job.input.rows.ReadLimits;
import io.shardyfusion.job.input.rows.RowsOf;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that come while the job runs, in a Flink cluster within this process. */
final class ContinuousFilesITCase {

  private static final HashSharding SHARDING = new HashSharding(8);
  private static final ReadLimits LIMITS = new ReadLimits(4096, 1 << 20);
  private static final Duration INTERVAL = Duration.ofMillis(20);

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  @TempDir Path temp;
  private Path in;
  private final StreamedRows rows = new StreamedRows();

  @BeforeEach
  void createInput() throws IOException {
    in = Files.createDirectory(temp.resolve("in"));
  }

  @Test
  void filesFoundTogetherAreReadInPathOrderAndLaterOnesAfterThem() throws Exception {
    List<String> expected = new ArrayList<>();
    expected.addAll(write(in.resolve("b.jsonl"), 50));
    // Not in the order in which they were written.
    expected.addAll(0, write(in.resolve("a.jsonl.gz"), 50));
    JobClient job = start(options("row"), 1, null);
    rows.awaitRows(job, expected.size());
    Path hidden = Files.createDirectory(in.resolve(".new"));
    List<String> later = new ArrayList<>();
    for (int i = 9; i >= 0; i--) {
      later.addAll(0, write(hidden.resolve(i + ".jsonl"), 50));
    }
    // A directory, so that all of its files are found together.
    Files.move(hidden, in.resolve("a"));
    expected.addAll(later);
    rows.awaitRows(job, expected.size());
    expected.addAll(write(in.resolve("0.jsonl"), 10));
    rows.awaitRows(job, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    job.cancel().get();
  }

  @Test
  void emptyDirectoriesGlobsWithoutAMatchAndEmptyFilesAreWaitedFor() throws Exception {
    Path other = Files.createDirectory(temp.resolve("other"));
    Path empty = Files.createFile(in.resolve("empty.jsonl"));
    RowsOf.write(in.resolve("_hidden.jsonl"), "{\"id\":1}\n");
    JobClient job =
        start(options(List.of(in.toString(), other + "/*.jsonl"), "fail", "row", null), 1, null);
    List<String> expected = new ArrayList<>(write(other.resolve("a.jsonl"), 3));
    rows.awaitRows(job, 3);
    Path whole = in.resolve("_whole");
    expected.addAll(write(whole, 3));
    Files.move(whole, empty, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    rows.awaitRows(job, 6);
    assertThat(rows.values()).isEqualTo(expected);
    job.cancel().get();
  }

  @Test
  void aPathThatDoesNotExistIsRefusedAtTheStart() {
    InputOptions options =
        options(List.of(in.toString(), in.resolve("not-there").toString()), "fail", "row", null);
    assertThatThrownBy(() -> start(options, 1, null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "the input path '" + in.resolve("not-there") + "' does not exist; correct --input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "jsonl.gz"})
  void aSavepointInTheMiddleOfAFileRestoresExactly(String extension) throws Exception {
    List<String> expected = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      expected.addAll(write(in.resolve(name + "." + extension), 2000));
    }
    rows.slow(Duration.ofNanos(100_000));
    JobClient job = start(options("row"), 1, null);
    rows.awaitRows(job, 2500);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    int before = rows.values().size();
    assertThat(before).as("stopped in the middle").isBetween(2500, 5999);
    // Read already, so what happens to it is of no interest.
    Files.delete(in.resolve("a." + extension));
    expected.addAll(write(in.resolve("0.jsonl"), 10));
    rows.slow(Duration.ZERO);
    JobClient restored = start(options("row"), 1, savepoint);
    rows.awaitRows(restored, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    assertThat(rows.restores()).isEqualTo(1);
    restored.cancel().get();
  }

  @Test
  void aFailureOfATaskKeepsTheTotalOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      expected.addAll(write(in.resolve("f" + (10 + i) + ".jsonl"), 50));
    }
    rows.slow(Duration.ofNanos(100_000)).failingAt(900);
    JobClient job = start(options("row"), 1, null);
    rows.awaitRows(job, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    assertThat(rows.restores()).isEqualTo(1);
    job.cancel().get();
  }

  @Test
  void eachFileKeepsItsOrderOnTwoSubtasksAlsoAcrossARescale() throws Exception {
    List<List<String>> files = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      files.add(write(in.resolve(i + (i % 2 == 0 ? ".jsonl" : ".jsonl.gz")), 1000));
    }
    rows.slow(Duration.ofNanos(100_000));
    JobClient job = start(options("row"), 2, null);
    rows.awaitRows(job, 1500);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    rows.slow(Duration.ZERO);
    JobClient restored = start(options("row"), 1, savepoint);
    rows.awaitRows(restored, 6000);
    List<String> found = rows.values();
    assertThat(found).hasSize(6000);
    for (List<String> file : files) {
      assertThat(found.stream().filter(file::contains).toList()).isEqualTo(file);
    }
    restored.cancel().get();
  }

  @Test
  void aFileIsReadOnceEvenIfItChanges() throws Exception {
    Path file = in.resolve("a.jsonl");
    List<String> expected = new ArrayList<>(write(file, 10));
    JobClient job = start(options("row"), 1, null);
    rows.awaitRows(job, 10);
    Files.writeString(file, "{\"id\":7}\n".repeat(100));
    expected.addAll(write(in.resolve("b.jsonl"), 10));
    rows.awaitRows(job, 20);
    assertThat(rows.values()).isEqualTo(expected);
    job.cancel().get();
  }

  @Test
  void aBadRowOfARestoredFileIsNamedWithItsLine() throws Exception {
    Path file =
        RowsOf.write(
            in.resolve("a.jsonl.gz"),
            gzip("{\"id\":1}\n".repeat(5000) + "{\"id\":\"x\"}\n" + "{\"id\":1}\n"));
    rows.slow(Duration.ofNanos(100_000));
    JobClient job = start(options("row"), 1, null);
    rows.awaitRows(job, 1000);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    rows.slow(Duration.ZERO);
    JobClient restored = start(options("row"), 1, savepoint);
    assertThatThrownBy(() -> restored.getJobExecutionResult().get())
        .satisfies(
            e ->
                assertThat(causes(e))
                    .anyMatch(
                        text ->
                            text.contains(DataDamagedException.class.getName())
                                && text.contains(file + ":5001: column \"id\"")));
  }

  @Test
  void badRowsAreSetAsideAndTheOthersGoOn() throws Exception {
    Path bad = temp.resolve("bad");
    RowsOf.write(in.resolve("a.csv"), "id,v\n1,a\nx,b\n3,c\n");
    JobClient job = start(options("csv", "dead-letter:" + bad.toUri(), "v", null), 1, null);
    rows.awaitRows(job, 2);
    StreamedRows.stop(job, temp.resolve("savepoints"));
    assertThat(rows.values()).containsExactly("a", "c");
    try (var letters = Files.list(bad)) {
      Path letter =
          letters
              .filter(p -> !p.getFileName().toString().startsWith("."))
              .findFirst()
              .orElseThrow();
      assertThat(Files.readString(letter)).contains("a.csv\",\"line\":3,");
    }
  }

  @Test
  void aFileOfAnUnknownCompressionFailsTheJobInsteadOfBeingWaitedForInVain() throws Exception {
    JobClient job = start(options("row"), 1, null);
    RowsOf.write(in.resolve("a.jsonl.xz"), "x");
    assertThatThrownBy(() -> job.getJobExecutionResult().get())
        .satisfies(e -> assertThat(causes(e)).anyMatch(text -> text.contains("a.jsonl.xz")));
  }

  @Test
  void eventTimeAndWatermarkAreThoseOfTheRowsAndSurviveARestore() throws Exception {
    RowsOf.write(
        in.resolve("a.jsonl"),
        "{\"id\":1,\"at\":\"2026-01-01T00:00:10Z\"}\n{\"id\":2,\"at\":1767225608000}\n");
    EventTime time = new EventTime("at", Duration.ofSeconds(3));
    JobClient job = start(options("jsonl", "fail", "row", time), 1, null);
    rows.awaitRows(job, 2);
    long base = 1767225600000L;
    assertThat(rows.arrived())
        .extracting(StreamedRows.Arrived::timestamp)
        .containsExactly(base + 10_000, base + 8_000);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    RowsOf.write(in.resolve("b.jsonl"), "{\"id\":3,\"at\":" + (base + 9_000) + "}\n");
    JobClient restored = start(options("jsonl", "fail", "row", time), 1, savepoint);
    rows.awaitRows(restored, 3);
    assertThat(rows.arrived().get(2))
        .isEqualTo(
            new StreamedRows.Arrived(
                "8000000000000003",
                "{\"id\":3,\"at\":" + (base + 9_000) + "}",
                base + 9_000,
                base + 10_000 - 3_000 - 1));
    restored.cancel().get();
  }

  @Test
  void whatCannotBeReadIsInTheRecordWhileItIsSoAndTheRestIsRead() throws Exception {
    Path link = Files.createSymbolicLink(in.resolve("dangling.jsonl"), in.resolve("nothing"));
    Path cycle = Files.createSymbolicLink(in.resolve("cycle"), in);
    Files.writeString(in.resolve("0.jsonl~"), "{\"id\":0}\n");
    RecordedRun run = RecordedRun.of(temp.resolve("data"));
    JobClient job = start(options("row"), 1, null, run.input());
    List<String> expected = new ArrayList<>(write(in.resolve("z.jsonl"), 5));
    rows.awaitRows(job, 5);
    run.awaitWarnings(
        "cannot read the input " + cycle + ": it is a link back to " + in + ", ",
        "cannot read the input " + link + ": it is a link to " + in.resolve("nothing") + ", ");
    assertThat(run.warnings()).allMatch(RunWarning::lasts);

    Files.delete(link);
    Files.delete(cycle);
    run.awaitWarnings();

    // And the whole input.
    Path away = Files.move(in, temp.resolve("away"));
    run.awaitWarnings("the input " + in + " is not there any longer");
    Files.move(away, in);
    run.awaitWarnings();
    expected.addAll(write(in.resolve("a.jsonl"), 5));
    rows.awaitRows(job, 10);
    assertThat(rows.values()).isEqualTo(expected);
    job.cancel().get();
  }

  @Test
  void aFileThatIsReplacedWhereItLiesIsInTheRecordAndOneThatWasGoneIsReadAnew() throws Exception {
    Path file = in.resolve("a.jsonl");
    List<String> expected = new ArrayList<>(write(file, 3));
    RecordedRun run = RecordedRun.of(temp.resolve("data"));
    JobClient job = start(options("row"), 1, null, run.input());
    rows.awaitRows(job, 3);
    Files.writeString(file, Files.readString(file).replace("\"id\":", "\"iD\":"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    run.awaitWarnings("the input file " + file + " was changed after it was found: ");
    assertThat(run.warnings()).noneMatch(RunWarning::lasts);

    Files.delete(file);
    expected.addAll(write(in.resolve("b.jsonl"), 1));
    rows.awaitRows(job, 4);
    // So it was listed without the file.
    expected.addAll(write(in.resolve("c.jsonl"), 1));
    rows.awaitRows(job, 5);
    expected.addAll(write(file, 2));
    rows.awaitRows(job, 7);
    assertThat(rows.values()).isEqualTo(expected);
    job.cancel().get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deleted", "emptied", "shorter", "longer", "of the same length"})
  void aFileThatChangesInTheMiddleIsPassedOverOrReadWholeAsItIsThen(String change)
      throws Exception {
    Path file = in.resolve("a.jsonl");
    List<String> old = write(file, 1000);
    rows.slow(Duration.ofNanos(100_000));
    JobClient job = start(options("row"), 1, null);
    rows.awaitRows(job, 200);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    List<String> expected = new ArrayList<>(rows.values());
    assertThat(expected).as("stopped in the middle").hasSizeLessThan(1000);
    switch (change) {
      case "deleted" -> Files.delete(file);
      case "emptied" -> Files.writeString(file, "");
      default -> {
        List<String> changed = new ArrayList<>(old);
        changed.replaceAll(row -> row.replace("\"file\"", "\"FILE\""));
        if (change.equals("longer")) {
          changed.add("{\"id\":7}");
        } else if (change.equals("shorter")) {
          changed.subList(100, 1000).clear();
        }
        Files.writeString(file, String.join("\n", changed) + "\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        expected.addAll(changed);
      }
    }
    expected.addAll(write(in.resolve("b.jsonl"), 10));
    rows.slow(Duration.ZERO);
    RecordedRun run = RecordedRun.of(temp.resolve("data"));
    JobClient restored = start(options("row"), 1, savepoint, run.input());
    rows.awaitRows(restored, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    boolean isGone = change.equals("deleted") || change.equals("emptied");
    run.awaitWarnings(
        "the input file "
            + file
            + (isGone
                ? " is gone or empty, before it was read to its end: "
                : " was changed before it was read to its end: it is read whole"));
    // What the reader has now is what the next checkpoint knows.
    String second = StreamedRows.stop(restored, temp.resolve("savepoints"));
    JobClient last = start(options("row"), 1, second);
    expected.addAll(write(in.resolve("c.jsonl"), 1));
    rows.awaitRows(last, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    last.cancel().get();
  }

  @Test
  void aFileOfWhichAStoreListsMillisecondsAndElseTellsSecondsIsReadOnceAndOnAfterARestore()
      throws Exception {
    Path file = in.resolve("a.jsonl");
    List<String> expected = new ArrayList<>(write(file, 1000));
    TwoTimesFileSystem.setTime(file);
    rows.slow(Duration.ofNanos(100_000));
    InputOptions options = options(List.of(TwoTimesFileSystem.path(in)), "fail", "row", null);
    RecordedRun run = RecordedRun.of(temp.resolve("data"));
    JobClient job = start(options, 1, null, run.input());
    rows.awaitRows(job, 200);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    assertThat(rows.values()).as("stopped in the middle").hasSizeLessThan(1000);
    rows.slow(Duration.ZERO);
    JobClient restored = start(options, 1, savepoint, run.input());
    rows.awaitRows(restored, 1000);
    expected.addAll(write(in.resolve("b.jsonl"), 10));
    rows.awaitRows(restored, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    // A change that is one is the only one that is told.
    Files.writeString(file, "{}\n");
    run.awaitWarnings("the input file twotimes:" + file + " was changed after it was found: ");
    restored.cancel().get();
  }

  @Test
  void aStoreThatDoesNotAnswerForARestoredFileHoldsUpNeitherCheckpointsNorTheEnd()
      throws Exception {
    Path file = in.resolve("a.jsonl");
    List<String> expected = new ArrayList<>(write(file, 1000));
    rows.slow(Duration.ofNanos(100_000));
    InputOptions options = options(List.of(HangingFileSystem.path(in)), "fail", "row", null);
    JobClient job = start(options, 1, null);
    rows.awaitRows(job, 200);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    assertThat(rows.values()).as("stopped in the middle").hasSizeLessThan(1000);
    rows.slow(Duration.ZERO);
    try (HangingFileSystem.Hanging hanging = HangingFileSystem.hang(file)) {
      JobClient waiting = start(options, 1, savepoint);
      hanging.awaitQuestion();
      // The task may still be about to run.
      savepoint = Await.value("a savepoint", Duration.ofSeconds(60), () -> stopped(waiting));
      JobClient canceled = start(options, 1, savepoint);
      hanging.awaitQuestion();
      canceled.cancel().get();
      Await.until(
          "the end of the job", Duration.ofSeconds(60), () -> status(canceled).isTerminalState());
    }
    JobClient restored = start(options, 1, savepoint);
    expected.addAll(write(in.resolve("b.jsonl"), 10));
    rows.awaitRows(restored, expected.size());
    assertThat(rows.values()).isEqualTo(expected);
    restored.cancel().get();
  }

  private String stopped(JobClient job) {
    try {
      return StreamedRows.stop(job, temp.resolve("savepoints"));
    } catch (Exception e) {
      return null;
    }
  }

  private static JobStatus status(JobClient job) {
    return job.getJobStatus().join();
  }

  @Test
  void whatThisUserHasNoRightToReadIsToldAndTheRestIsRead() throws Exception {
    Path denied =
        Files.createDirectory(
            temp.resolve("denied"), PosixFilePermissions.asFileAttribute(Set.of()));
    if (!Files.isReadable(denied)) {
      readWithoutRights();
      return;
    }
    // Root may read everything, unless it gives that right up.
    List<String> command =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--inh-caps=-dac_override,-dac_read_search",
                "--bounding-set=-dac_override,-dac_read_search"));
    assumeThat(run(Stream.concat(command.stream(), Stream.of("test", "!", "-r", denied + ""))))
        .as("this user may read everything, and cannot give that up here")
        .isZero();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.add("-Djava.io.tmpdir=" + Files.createDirectory(temp.resolve("tmp")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ContinuousFilesITCase.class.getName(), temp.toString()));
    assertThat(run(command.stream()))
        .as(() -> "the process said: " + contents(temp.resolve("log")))
        .isZero();
  }

  /** Runs a test in a process of its own, which has no right to read everything. */
  public static void main(String[] args) throws Exception {
    ContinuousFilesITCase test = new ContinuousFilesITCase();
    test.temp = Path.of(args[0]);
    test.in = test.temp.resolve("in");
    try {
      test.readWithoutRights();
    } catch (Throwable e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private void readWithoutRights() throws Exception {
    String advice = ": access is denied; give the user of this process the right to read it";
    List<String> expected = new ArrayList<>(write(in.resolve("a.jsonl"), 5));
    RecordedRun run = RecordedRun.of(temp.resolve("data"));
    try (Logged log = new Logged(InputNews.class)) {
      JobClient job = start(options("row"), 1, null, run.input());
      rows.awaitRows(job, 5);

      Path hidden = Files.createDirectory(in.resolve(".directory"));
      List<String> inDirectory = write(hidden.resolve("b.jsonl"), 1);
      Files.setPosixFilePermissions(hidden, Set.of());
      Path directory = Files.move(hidden, in.resolve("directory"));
      Path hiddenFile = in.resolve(".file");
      List<String> inFile = write(hiddenFile, 1);
      Files.setPosixFilePermissions(hiddenFile, Set.of());
      Path file = Files.move(hiddenFile, in.resolve("file.jsonl"));
      expected.addAll(write(in.resolve("z.jsonl"), 5));
      rows.awaitRows(job, 10);
      String ofDirectory = "cannot read the input " + directory + advice;
      String ofFile = "cannot read the input " + file + advice;
      run.awaitWarnings(ofDirectory, ofFile);
      assertThat(run.warnings()).allMatch(RunWarning::lasts);
      assertThat(log.count(ofDirectory)).isOne();
      assertThat(log.count(ofFile)).isOne();

      // A batch needs all of it, and says all that it cannot read.
      assertThatThrownBy(() -> InputFiles.resolve(List.of(in.toString())))
          .isInstanceOf(StorageException.class)
          .hasMessage(ofDirectory + "; " + ofFile);

      // The advice is followed.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      rows.awaitRows(job, 11);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      rows.awaitRows(job, 12);
      expected.addAll(inDirectory);
      expected.addAll(inFile);
      assertThat(rows.values()).isEqualTo(expected);
      run.awaitWarnings();
      assertThat(log.count("this is over: ")).isEqualTo(2);
      assertThat(InputFiles.resolve(List.of(in.toString())).files()).hasSize(4);
      job.cancel().get();
    }
  }

  private int run(Stream<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command.toList())
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("log").toFile())
              .start();
      try {
        return process.waitFor(2, TimeUnit.MINUTES) ? process.exitValue() : -1;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return -1; // There is no such command here.
    }
  }

  private static String contents(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void sourceAndParserAreOneChain() {
    StreamExecutionEnvironment env = environment(null);
    rows.collect(RowInput.continuous(env, options("row"), INTERVAL, 2, SHARDING));
    assertThat(env.getStreamGraph().getJobGraph().getVertices())
        .extracting(JobVertex::getName)
        .anyMatch(name -> name.contains("read files") && name.contains("parse rows"));
  }

  private JobClient start(InputOptions options, int parallelism, String savepoint)
      throws Exception {
    return start(options, parallelism, savepoint, null);
  }

  private JobClient start(InputOptions options, int parallelism, String savepoint, InputRun run)
      throws Exception {
    StreamExecutionEnvironment env = environment(savepoint);
    rows.collect(RowInput.continuous(env, options, INTERVAL, parallelism, SHARDING, LIMITS, run));
    return env.executeAsync();
  }

  private static StreamExecutionEnvironment environment(String savepoint) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 2);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
    env.setParallelism(2);
    env.enableCheckpointing(25);
    return env;
  }

  private InputOptions options(String value) {
    return options("jsonl", "fail", value, null);
  }

  private InputOptions options(String format, String onBadRow, String value, EventTime time) {
    InputOptions options = options(List.of(in.toString()), onBadRow, value, time);
    return new InputOptions(
        options.source(),
        RowFormat.of(format, null),
        options.key(),
        options.value(),
        null,
        time,
        options.onBadRow());
  }

  private static InputOptions options(
      List<String> paths, String onBadRow, String value, EventTime time) {
    return new InputOptions(
        new RowSource.Files(paths),
        new RowFormat.Jsonl(),
        KeyColumn.of("id", "long", null),
        ValueSelection.of(value),
        null,
        time,
        BadRowPolicy.of(onBadRow));
  }

  /** A file that comes complete, by a rename; gives its rows. */
  private List<String> write(Path path, int count) throws IOException {
    List<String> written = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String row = "{\"id\":" + i + ",\"file\":\"" + path.getFileName() + "\"}";
      written.add(row);
      text.append(row).append('\n');
    }
    Path hidden = temp.resolve("writing");
    RowsOf.write(
        hidden,
        path.toString().endsWith(".gz")
            ? gzip(text.toString())
            : text.toString().getBytes(StandardCharsets.UTF_8));
    Files.move(hidden, path);
    return written;
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private static List<String> causes(Throwable e) {
    List<String> texts = new ArrayList<>();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      texts.add(cause.toString());
    }
    return texts;
  }
}
