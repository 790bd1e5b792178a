package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.cli.ShardyProcess.Started;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.KafkaServer;
import io.shardyfusion.testing.KafkaTopics;
import io.shardyfusion.testing.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code shardy run --mode streaming} as a process of its own: killed and stopped, and the same
 * command goes on.
 */
final class StreamingProcessITCase {

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path directory;

  private ShardyProcess processes;
  private final Map<Long, String> expected = new TreeMap<>();
  private long changes;
  private int badRows;

  @BeforeEach
  void makeDirectories() throws IOException {
    Files.createDirectories(directory.resolve("in"));
    processes = new ShardyProcess(directory);
  }

  @Test
  void filesThatAreAddedBecomeVersionsAndAKilledRunGoesOnExactly() throws Exception {
    String[] run =
        streaming("-d", dataset(), "--input", path("in"), "--key", "id", "--on-bad-row", "skip");
    addFile("a.jsonl", 0, 5_000, 1, "first");

    try (Started killed = processes.start(run)) {
      awaitVersions(killed, 1);
      addFile("b.jsonl", 0, 5_000, 3, "second");
      awaitVersions(killed, 2);
      addFile("c.jsonl", 1_000, 6_000, 7, "third");
      killed.kill();
    }
    List<String> left = processes.leftovers();
    assertThat(left).anyMatch(name -> name.startsWith("shardyfusion-tmp-"));
    try (Started stopped = processes.start(run)) {
      awaitVersions(stopped, 1);
      assertThat(processes.leftovers())
          .as("the next run removes what the killed one left, but not its own")
          .filteredOn(name -> name.startsWith("shardyfusion-tmp-"))
          .hasSize(1)
          .doesNotContainAnyElementsOf(left);
      badRows = 3;
      addFile("d.jsonl", 2_000, 2_500, 1, null);
      awaitContent(stopped);
      Ended second = processes.shardy(run);
      assertThat(second.code()).as(second.err()).isEqualTo(4);
      assertThat(second.err())
          .contains(
              "another run of the dataset " + dataset() + " is alive: run ",
              json(stopped.lines().get(0)).get("run_id").asText(),
              "kill -TERM");
      Ended ended = stopped.terminate();
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.err()).contains("restored from", "--restore auto");
      assertThat(versions(stopped)).last().isEqualTo(currentVersion());
      assertCounted(stopped, 500, 3);
    }
    addFile("e.jsonl", 0, 100, 1, "last");
    try (Started last = processes.start(run)) {
      awaitContent(last);
      Ended ended = last.hangUp();
      assertThat(ended.code()).as("of a terminal that was closed: %s", ended.err()).isZero();
      assertThat(ended.err()).contains("--restore auto");
      assertCounted(last, 500, 6);
    }
    assertThat(processes.leftovers()).doesNotContainAnyElementsOf(left).isEmpty();
    JsonNode newest = Invocation.run("history", "-d", dataset()).succeeded().jsonl().get(0);
    assertThat(newest.get("rows_exact").asBoolean()).isFalse();
    assertThat(Invocation.run("history", "-d", dataset(), "-o", "table").succeeded().out())
        .contains(" ~" + newest.get("rows").asLong() + " ");
    assertThat(Invocation.run("info", "-d", dataset(), "-o", "table").succeeded().out())
        .contains(" ~" + newest.get("rows").asLong() + " ");

    Ended verified = processes.shardy("verify", "--deep", "-d", dataset());
    assertThat(verified.code()).as(verified.out()).isZero();
  }

  @Test
  void aTopicBecomesVersionsAKilledRunGoesOnExactlyAndATopicCreatedAgainIsBegunAnew()
      throws Exception {
    try (KafkaServer kafka = KafkaServer.start();
        KafkaTopics topics = new KafkaTopics(kafka)) {
      topics.create("changes", 2);
      String[] run =
          streaming(
              "-d",
              dataset(),
              "--kafka-bootstrap",
              kafka.bootstrapServers(),
              "--kafka-topic",
              "changes");
      send(topics, 0, 3_000, 1, "first");

      try (Started killed = processes.start(run)) {
        awaitVersions(killed, 1);
        send(topics, 500, 3_500, 3, "second");
        awaitVersions(killed, 2);
        send(topics, 1_000, 1_500, 1, null);
        killed.kill();
      }
      send(topics, 0, 4_000, 5, "third");
      try (Started last = processes.start(run)) {
        awaitContent(last);
        assertThat(last.terminate().code()).isZero();
      }

      // Longer than the old one, whose offsets would be somewhere in the middle.
      topics.delete("changes");
      topics.create("changes", 2);
      send(topics, 3_500, 9_000, 1, "fourth");
      Invocation.Result refused = Invocation.run(run);
      assertThat(refused.code()).as(refused.err()).isEqualTo(2);
      assertThat(refused.err())
          .contains("is another one than the job has read")
          .contains("--restore none --base current --kafka-start earliest")
          .doesNotContain("restarted");
      String[] anew = concat(run, "--base", "current", "--kafka-start", "earliest");
      anew[List.of(anew).indexOf("auto")] = "none";
      try (Started advised = processes.start(anew)) {
        awaitContent(advised);
        assertThat(advised.terminate().code()).isZero();
      }
    }
    assertThat(processes.shardy("verify", "--deep", "-d", dataset()).code()).isZero();
  }

  @Test
  void onS3AKilledRunGoesOnExactlyWithCheckpointsAndCacheBehindSymbolicLinks() throws Exception {
    for (String link : List.of("checkpoints", "cache")) {
      Path target = Files.createDirectory(directory.resolve("real-" + link));
      Files.createSymbolicLink(directory.resolve(link), target);
    }
    try (S3Server server = S3Server.start()) {
      processes
          .environment("AWS_ACCESS_KEY_ID", server.accessKey())
          .environment("AWS_SECRET_ACCESS_KEY", server.secretKey());
      String[] s3 = {
        "-d",
        "s3://" + server.bucket() + "/rows",
        "--s3-endpoint",
        server.endpoint().toString(),
        "--s3-region",
        server.region(),
        "--s3-path-style"
      };
      String[] run = concat(streaming("--input", path("in"), "--key", "id"), s3);
      addFile("a.jsonl", 0, 1_000, 1, "first");
      try (Started killed = processes.start(run)) {
        awaitVersions(killed, 1);
        addFile("b.jsonl", 0, 1_000, 3, "second");
        awaitVersions(killed, 2);
        addFile("c.jsonl", 500, 1_500, 7, "third");
        killed.kill();
      }
      try (Started last = processes.start(run)) {
        awaitVersions(last, 1);
        assertThat(last.terminate().code()).isZero();
      }

      Ended verified = processes.shardy(concat(new String[] {"verify", "--deep"}, s3));
      assertThat(verified.code()).as(verified.out()).isZero();
      Ended scanned = processes.shardy(concat(new String[] {"scan", "--cache", path("cache")}, s3));
      assertThat(rows(scanned.out().lines().toList())).as(scanned.err()).isEqualTo(expected);
      assertThat(directory.resolve("real-checkpoints")).isNotEmptyDirectory();
      assertThat(directory.resolve("real-cache")).isNotEmptyDirectory();
      for (String link : List.of("checkpoints", "cache")) {
        assertThat(directory.resolve(link)).isSymbolicLink();
      }
    }
  }

  @Test
  void theAdviceOnABadRowIsFollowedAndTheJobGoesOn() throws Exception {
    String[] run = streaming("-d", dataset(), "--input", path("in"), "--key", "id");
    Path bad = directory.resolve("in/b.jsonl");
    addFile("a.jsonl", 0, 100, 1, "first");
    try (Started first = processes.start(run)) {
      awaitContent(first);
      Files.writeString(directory.resolve("in/.b"), change(200, "second") + "\n{\"id\":\"x\"}\n");
      Files.move(directory.resolve("in/.b"), bad);
      Ended ended = first.await();
      assertThat(ended.code()).as(ended.err()).isEqualTo(3);
      assertThat(ended.err())
          .contains(bad + ":2: column \"op\": ", "correct the row in the file, or delete the file");
    }
    // A shorter line, and something that cannot be read, and something that is left out.
    Files.writeString(bad, change(200, "2") + "\n");
    Path link = Files.createSymbolicLink(directory.resolve("in/l.jsonl"), Path.of("nowhere"));
    Files.writeString(directory.resolve("in/a.jsonl~"), "{\"id\":1}\n");
    try (Started second = processes.start(run)) {
      awaitContent(second);
      // The watcher of the input writes the record in its own time, and again if others write it.
      Await.until(
          "the warning in the run record",
          Duration.ofMinutes(2),
          () -> newestRecord().contains("cannot read the input " + link));
      Ended ended = second.terminate();
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.err())
          .containsOnlyOnce("cannot read the input " + link + ": it is a link to nowhere")
          .containsOnlyOnce("left out 1 name that tools leave behind: ");
    }
    Files.writeString(directory.resolve("in/.c"), "{\"id\":\"x\"}\n");
    Files.move(directory.resolve("in/.c"), directory.resolve("in/c.jsonl"));
    assertThat(processes.shardy(run).code()).isEqualTo(3);
    Files.delete(directory.resolve("in/c.jsonl"));
    addFile("d.jsonl", 300, 310, 1, "last");
    try (Started third = processes.start(run)) {
      awaitContent(third);
      assertThat(third.terminate().code()).isZero();
    }
    whenNobodyReadsItsOutputAnyMoreTheJobStopsInOrder(run);
  }

  private void whenNobodyReadsItsOutputAnyMoreTheJobStopsInOrder(String[] run) throws Exception {
    Set<String> before = savepoints();
    addFile("e.jsonl", 310, 320, 1, "told");
    String script = "{ \"$0\" \"$@\"; echo $? >code; } | head -n 1";
    List<String> command = new ArrayList<>(List.of("sh", "-c", script));
    command.add(ShardyProcess.SCRIPT.toString());
    command.addAll(List.of(run));
    try (Started piped = processes.start(command, Map.of())) {
      try {
        awaitVersions(piped, 1);
        addFile("f.jsonl", 320, 330, 1, "not told");
        Ended ended = piped.await();
        assertThat(directory.resolve("code")).as(ended.err()).hasContent("0");
        assertThat(ended.out()).hasLineCount(1);
        assertThat(ended.err())
            .as("quietly")
            .contains("starting Flink", "; restored from ")
            .doesNotContain("shardy: ");
      } finally {
        piped.process().descendants().forEach(ProcessHandle::destroyForcibly);
      }
    }
    assertThat(savepoints()).hasSizeGreaterThan(before.size());
    assertThat(rows(processes.shardy("scan", "-d", dataset()).out().lines().toList()))
        .isEqualTo(expected);
  }

  private Set<String> savepoints() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("savepoint-"))
          .collect(Collectors.toSet());
    }
  }

  private String newestRecord() {
    try (Stream<Path> runs = Files.list(directory.resolve("dataset/runs"))) {
      return Files.readString(
          runs.max(Comparator.comparing(run -> run.toFile().lastModified())).orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFreshStartOverAnExistingDatasetSaysWhatToChoose() throws Exception {
    addFile("a.jsonl", 0, 10, 1, "first");
    Path input = directory.resolve("in");
    Ended batch =
        processes.shardy(
            "run", "-d", dataset(), "--input", input.toString(), "--key", "id", "--shards", "4");
    assertThat(batch.code()).as(batch.err()).isZero();
    String[] run = streaming("-d", dataset(), "--input", path("more"), "--key", "id");
    Files.createDirectories(directory.resolve("more"));

    Ended refused = processes.shardy(run);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("--restore auto", "--base current", "--takeover");

    try (Started onTop = processes.start(concat(run, "--base", "current"))) {
      addFile("../more/b.jsonl", 5, 20, 1, "second");
      awaitContent(onTop);
      assertThat(onTop.terminate().code()).isZero();
    }
  }

  private String dataset() {
    return path("dataset");
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private String[] streaming(String... source) {
    return concat(
        new String[] {
          "run",
          "--mode",
          "streaming",
          "--shards",
          "4",
          "--op-column",
          "op",
          "--delete-values",
          "delete",
          "--discovery-interval",
          "100ms",
          "--checkpoint-interval",
          "300ms",
          "--checkpoint-dir",
          path("checkpoints"),
          "--restore",
          "auto"
        },
        source);
  }

  private static String[] concat(String[] first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** A row a line that sets every so many-th key, or deletes it where there is no text. */
  private void addFile(String name, int from, int to, int step, String text) throws IOException {
    StringBuilder lines = new StringBuilder("no row\n".repeat(badRows));
    for (long key = from; key < to; key += step) {
      lines.append(change(key, text)).append('\n');
    }
    Path hidden = directory.resolve("in/.new");
    Files.writeString(hidden, lines);
    Files.move(hidden, directory.resolve("in").resolve(name).normalize());
  }

  private void send(KafkaTopics topics, int from, int to, int step, String text) {
    for (long key = from; key < to; key += step) {
      String value = change(key, text);
      topics.send("changes", (int) (key % 2), String.valueOf(key), text == null ? null : value);
    }
    topics.flush();
  }

  private String change(long key, String text) {
    changes++;
    if (text == null) {
      expected.remove(key);
      return "{\"id\":" + key + ",\"op\":\"delete\"}";
    }
    String row = "{\"id\":" + key + ",\"op\":\"set\",\"text\":\"" + text + "\"}";
    expected.put(key, row);
    return row;
  }

  private void awaitVersions(Started run, int count) {
    Await.until(
        count + " versions",
        DEADLINE,
        () -> run.lines() + " " + run.process().isAlive(),
        () -> run.lines().size() >= count);
  }

  /** Waits until the newest version holds what is expected. */
  private void awaitContent(Started run) {
    Await.until(
        "a version with all changes",
        DEADLINE,
        () -> String.valueOf(run.lines()),
        () -> !run.lines().isEmpty() && expected.equals(scan()));
  }

  /**
   * Whatever processes the run has had, its lines never go back, and the last one says what all
   * files have.
   */
  private void assertCounted(Started run, long deletes, long badRowsInAll) {
    List<JsonNode> lines = run.lines().stream().map(StreamingProcessITCase::json).toList();
    assertThat(lines)
        .extracting(line -> line.get("rows_read").asLong())
        .isSorted()
        .last()
        .isEqualTo(changes + badRowsInAll);
    assertThat(lines.get(lines.size() - 1).get("deletes").asLong()).isEqualTo(deletes);
    assertThat(lines.get(lines.size() - 1).get("bad_rows").asLong()).isEqualTo(badRowsInAll);
  }

  private long currentVersion() {
    return Invocation.run("info", "-d", dataset(), "-o", "json").json().get("version").asLong();
  }

  private static List<Long> versions(Started run) {
    return run.lines().stream().map(line -> json(line).get("version").asLong()).toList();
  }

  private Map<Long, String> scan() {
    return rows(
        Invocation.run("scan", "-d", dataset(), "--cache", path("cache"), "-o", "jsonl")
            .out()
            .lines()
            .toList());
  }

  private static Map<Long, String> rows(List<String> lines) {
    Map<Long, String> rows = new TreeMap<>();
    for (String line : lines) {
      JsonNode row = json(line);
      rows.put(row.get("key").asLong(), row.get("value").asText());
    }
    return rows;
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }
}
