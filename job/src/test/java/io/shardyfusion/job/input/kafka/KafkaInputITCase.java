package io.shardyfusion.job.input.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.Logged;
import io.shardyfusion.job.input.ParseRows;
import io.shardyfusion.job.input.RowInput;
import io.shardyfusion.job.input.StreamedRows;
import io.shardyfusion.job.input.StreamedRows.Arrived;
import io.shardyfusion.job.input.news.InputNews;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.DeleteRule;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KafkaStart;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RecordKeyFormat;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.testing.KafkaServer;
import io.shardyfusion.testing.KafkaTopics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.AssignmentStatus;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.SplitAndAssignmentStatus;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics of a real broker, read in a Flink cluster within this process. */
final class KafkaInputITCase {

  private static final HashSharding SHARDING = new HashSharding(8);
  private static final Duration INTERVAL = Duration.ofMillis(50);
  private static final String COLUMN_KEY = "id";

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  private static KafkaServer server;
  private static KafkaTopics topics;

  @TempDir Path temp;
  private String topic;
  private StreamedRows rows = new StreamedRows();
  private Duration discovery = INTERVAL;

  @BeforeAll
  static void startBroker() {
    server = KafkaServer.start();
    topics = new KafkaTopics(server);
  }

  @AfterAll
  static void stopBroker() {
    topics.close();
    server.close();
  }

  @BeforeEach
  void nameTopic(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName() + "-" + System.nanoTime();
  }

  @Test
  void theKeyIsTheRecordsAndARecordWithoutAValueDeletesIt() throws Exception {
    topics.create(topic, 1);
    topics.send(topic, 0, "7", "{\"v\":1}");
    topics.send(topic, 0, "-9223372036854775808", "{ \"v\": 2 }");
    topics.send(topic, 0, "7", null);
    topics.flush();
    JobClient job = start(options(null, "long", "row"), 1, null);
    rows.awaitRows(job, 3);
    assertThat(keysAndValues())
        .containsExactly(
            "8000000000000007 {\"v\":1}",
            "0000000000000000 { \"v\": 2 }",
            "8000000000000007 deleted");
    job.cancel().get();
  }

  @Test
  void stringsAndBytesAreTakenFromTheRecordsKeyAsTheyAre() throws Exception {
    topics.create(topic, 1);
    byte[] binary = {0, (byte) 0xFF, '"'};
    topics.send(topic, 0, null, binary, "{\"v\":\"a\"}".getBytes(UTF_8));
    topics.send(topic, 0, null, binary, null);
    topics.flush();
    JobClient job = start(options(null, "bytes", "v"), 1, null);
    rows.awaitRows(job, 2);
    assertThat(keysAndValues()).containsExactly("00ff22 a", "00ff22 deleted");
    job.cancel().get();

    rows = new StreamedRows();
    String strings = topic + "-strings";
    topics.create(strings, 1);
    topics.send(strings, 0, "\"é", "{\"v\":null}");
    topics.flush();
    JobClient other = start(options(kafka(strings, "earliest"), null, "string", "v"), 1, null);
    rows.awaitRows(other, 1);
    assertThat(keysAndValues())
        .containsExactly(HexFormat.of().formatHex("\"é".getBytes(UTF_8)) + " null");
    other.cancel().get();
  }

  @Test
  void theKeyIsTheColumnsWhereOneIsNamedButADeletedOneIsTheRecords() throws Exception {
    topics.create(topic, 1);
    topics.send(topic, 0, null, "{\"id\":1,\"op\":\"u\"}");
    topics.send(topic, 0, "not a number", "{\"id\":2,\"op\":\"u\"}");
    topics.send(topic, 0, "1", null);
    topics.send(topic, 0, null, "{\"id\":2,\"op\":\"d\"}");
    topics.flush();
    InputOptions options = options(COLUMN_KEY, "long", "op");
    InputOptions deleting =
        new InputOptions(
            options.source(),
            options.format(),
            options.key(),
            options.value(),
            DeleteRule.of("op", List.of("d")),
            null,
            options.onBadRow());
    JobClient job = start(deleting, 1, null);
    rows.awaitRows(job, 4);
    assertThat(keysAndValues())
        .containsExactly(
            "8000000000000001 u",
            "8000000000000002 u",
            "8000000000000001 deleted",
            "8000000000000002 deleted");
    job.cancel().get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"earliest", "latest", "committed", "timestamp:2026-01-02T00:00:00Z"})
  void aJobThatIsNotRestoredBeginsWhereItIsTold(String start) throws Exception {
    topics.create(topic, 2);
    for (int day = 1; day <= 3; day++) {
      for (int partition = 0; partition < 2; partition++) {
        Instant time = Instant.parse("2026-01-0" + day + "T00:00:00Z");
        String row = "{\"id\":" + day + ",\"v\":\"" + day + "/" + partition + "\"}";
        topics.send(topic, partition, time, null, row.getBytes(UTF_8));
      }
    }
    topics.flush();
    if (start.equals("committed")) {
      topics.commit("group-" + topic, topic, 0, 2);
    }
    KafkaOptions kafka =
        new KafkaOptions(
            server.bootstrapServers(), topic, "group-" + topic, KafkaStart.of(start), Map.of());
    Logged logged = new Logged(InputNews.class);
    JobClient job = start(options(kafka, COLUMN_KEY, "long", "v"), 1, null);
    List<String> expected =
        switch (start) {
          case "earliest" -> List.of("1/0", "1/1", "2/0", "2/1", "3/0", "3/1");
          case "latest" -> List.of();
          // The other partition has no committed offset.
          case "committed" -> List.of("3/0", "1/1", "2/1", "3/1");
          default -> List.of("2/0", "2/1", "3/0", "3/1");
        };
    // What comes later is read in any case; sent again until the job has looked up where to begin.
    List<String> known = List.of("1/0", "1/1", "2/0", "2/1", "3/0", "3/1");
    rows.await(
        job,
        "rows of both partitions after the start",
        read -> {
          topics.send(topic, 0, null, "{\"id\":9,\"v\":\"later/0\"}");
          topics.send(topic, 1, null, "{\"id\":9,\"v\":\"later/1\"}");
          topics.flush();
          return read.values().containsAll(List.of("later/0", "later/1"));
        });
    assertThat(rows.values().stream().filter(known::contains).toList())
        .containsExactlyInAnyOrderElementsOf(expected);
    logged.close();
    assertThat(
            logged.has(
                "the group 'group-"
                    + topic
                    + "' has committed no offset for some partitions of the Kafka topic '"
                    + topic
                    + "', which are read from their oldest record: partition 1 at offset 0"))
        .isEqualTo(start.equals("committed"));
    rows.await(job, "committed offsets", read -> topics.committed("group-" + topic, topic, 0) >= 3);
    job.cancel().get();
  }

  @Test
  void aSavepointRestoresExactlyAtItsOffsetsAcrossARescaleAndAKilledBrokerWhoseSilenceIsSaid()
      throws Exception {
    int partitions = 3;
    topics.create(topic, partitions);
    List<List<String>> expected = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      expected.add(new ArrayList<>());
    }
    send(expected, 2000);
    rows.slow(Duration.ofNanos(100_000));
    InputOptions options = options(COLUMN_KEY, "long", "v");
    JobClient job = start(options, 1, null);
    rows.awaitRows(job, 1500);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    assertThat(rows.values().size()).as("stopped in the middle").isBetween(1500, 5999);
    send(expected, 100);
    rows.slow(Duration.ZERO);
    // Where to start does not matter any more.
    KafkaOptions latest =
        new KafkaOptions(
            server.bootstrapServers(),
            topic,
            null,
            new KafkaStart.Latest(),
            Map.of("default.api.timeout.ms", "500", "request.timeout.ms", "500"));
    JobClient restored = start(options(latest, COLUMN_KEY, "long", "v"), 2, savepoint);
    rows.await(
        restored, "all in a checkpoint", read -> read.checkpointed().size() == partitions * 2100);
    String silent = "Kafka at " + server.bootstrapServers() + " does not answer";
    try (Logged logged = new Logged(InputNews.class)) {
      server.kill();
      rows.await(restored, "a word", read -> logged.has(silent));
      server.restart();
      rows.await(restored, "another word", read -> logged.has("this is over: " + silent));
    }
    topics.grow(topic, partitions + 1);
    expected.add(new ArrayList<>());
    send(expected, 10);
    int total = expected.stream().mapToInt(List::size).sum();
    rows.awaitRows(restored, total);
    List<String> found = rows.values();
    assertThat(found).hasSize(total);
    for (int partition = 0; partition < expected.size(); partition++) {
      String prefix = partition + "/";
      assertThat(found.stream().filter(value -> value.startsWith(prefix)).toList())
          .isEqualTo(expected.get(partition));
    }
    assertThat(rows.restores()).as("of the savepoint only").isEqualTo(1);
    restored.cancel().get();
  }

  @Test
  void aJobWhoseNextOffsetIsGoneEndsSaysWhatIsThereAndItsAdviceWorks() throws Exception {
    topics.create(topic, 1);
    topics.send(topic, 0, null, "{\"id\":1,\"v\":\"a\"}");
    topics.flush();
    JobClient job = start(options(COLUMN_KEY, "long", "v"), 1, null);
    rows.awaitRows(job, 1);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    topics.send(topic, 0, null, "{\"id\":2,\"v\":\"b\"}");
    topics.send(topic, 0, null, "{\"id\":3,\"v\":\"c\"}");
    topics.flush();
    topics.deleteBefore(topic, 0, 2);

    assertThat(failure(start(options(COLUMN_KEY, "long", "v"), 1, savepoint)))
        .anyMatch(
            text ->
                text.contains(DataDamagedException.class.getName())
                    && text.contains(
                        ", partition 0: the job goes on at offset 1, but Kafka has offsets 2 to 2")
                    && text.contains("--restore none --base current --kafka-start earliest"));
    assertThat(rows.values()).containsExactly("a");

    rows = new StreamedRows();
    JobClient anew = start(options(kafka(topic, "earliest"), COLUMN_KEY, "long", "v"), 1, null);
    rows.awaitRows(anew, 1);
    assertThat(rows.values()).containsExactly("c");
    anew.cancel().get();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aJobIsNotRestoredInATopicThatWasCreatedAgainHoweverLongItIs(int records) throws Exception {
    topics.create(topic, 2);
    topics.send(topic, 0, null, "{\"id\":1,\"v\":\"a\"}");
    topics.flush();
    JobClient job = start(options(COLUMN_KEY, "long", "v"), 1, null);
    rows.awaitRows(job, 1);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    createAgain(1);
    for (int i = 0; i < records; i++) {
      topics.send(topic, 0, null, "{\"id\":1,\"v\":\"new " + i + "\"}");
    }
    topics.flush();

    assertThat(failure(start(options(COLUMN_KEY, "long", "v"), 1, savepoint)))
        .anyMatch(
            text ->
                text.contains(InvalidRequestException.class.getName())
                    && text.contains("is another one than the job has read")
                    && text.contains("--restore none --base current --kafka-start earliest"));
  }

  @Test
  void aJobIsNotRestoredWithTheNameOfAnotherTopic() throws Exception {
    topics.create(topic, 1);
    topics.send(topic, 0, null, "{\"id\":1,\"v\":\"a\"}");
    topics.flush();
    JobClient job = start(options(COLUMN_KEY, "long", "v"), 1, null);
    rows.awaitRows(job, 1);
    String savepoint = StreamedRows.stop(job, temp.resolve("savepoints"));
    KafkaOptions other = kafka(topic + "-other", "earliest");
    assertThat(failure(start(options(other, COLUMN_KEY, "long", "v"), 1, savepoint)))
        .anyMatch(
            text ->
                text.contains(
                    "the job's state is of the Kafka topic '"
                        + topic
                        + "', found --kafka-topic "
                        + topic
                        + "-other; restore with the former; to begin anew"));
  }

  @Test
  void noCheckpointHoldsRecordsOfATopicThatIsCreatedAgainWhileTheJobRuns() throws Exception {
    // Nothing but a barrier finds out.
    discovery = Duration.ofHours(1);
    topics.create(topic, 1);
    topics.send(topic, 0, null, "{\"id\":1,\"v\":\"a\"}");
    topics.flush();
    JobClient job = start(options(COLUMN_KEY, "long", "v"), 1, null);
    rows.await(job, "it in a checkpoint", read -> !read.checkpointed().isEmpty());
    createAgain(1);
    for (int i = 0; i < 3; i++) {
      topics.send(topic, 0, null, "{\"id\":1,\"v\":\"new " + i + "\"}");
    }
    topics.flush();

    assertThat(failure(job))
        .anyMatch(text -> text.contains("is another one than the job has read"));
    assertThat(rows.checkpointed()).containsExactly("a");
  }

  @Test
  void aStateOfTheBareConnectorIsRestored() throws Exception {
    topics.create(topic, 1);
    topics.send(topic, 0, null, "{\"id\":1,\"v\":\"a\"}");
    topics.flush();
    InputOptions options = options(COLUMN_KEY, "long", "v");
    StreamExecutionEnvironment env = environment(null);
    rows.collect(
        env.fromSource(
                KafkaSource.<RawRow>builder()
                    .setBootstrapServers(server.bootstrapServers())
                    .setTopics(topic)
                    .setStartingOffsets(OffsetsInitializer.earliest())
                    .setDeserializer(new RecordsAsRows())
                    .build(),
                WatermarkStrategy.noWatermarks(),
                "read kafka",
                RawRow.TYPE)
            .uid("read-kafka")
            .setParallelism(1)
            .transform("parse rows", ShardRow.TYPE, new ParseRows(options, SHARDING, true))
            .uid("parse-rows")
            .setParallelism(1));
    JobClient bare = env.executeAsync();
    rows.awaitRows(bare, 1);
    String savepoint = StreamedRows.stop(bare, temp.resolve("savepoints"));
    topics.send(topic, 0, null, "{\"id\":1,\"v\":\"b\"}");
    topics.flush();

    JobClient restored = start(options, 1, savepoint);
    rows.awaitRows(restored, 2);
    assertThat(rows.values()).containsExactly("a", "b");
    String withId = StreamedRows.stop(restored, temp.resolve("savepoints"));
    createAgain(1);
    assertThat(failure(start(options, 1, withId)))
        .anyMatch(text -> text.contains("is another one than the job has read"));
  }

  @Test
  void recordsOfAbortedTransactionsAreNotRead() throws Exception {
    topics.create(topic, 1);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", server.bootstrapServers(), "transactional.id", topic),
            new StringSerializer(),
            new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "1", "{\"v\":\"aborted\"}"));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "2", "{\"v\":\"committed\"}"));
      producer.commitTransaction();
    }
    JobClient job = start(options(null, "long", "v"), 1, null);
    rows.awaitRows(job, 1);
    assertThat(rows.values()).containsExactly("committed");
    job.cancel().get();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBadRecordFailsTheJobWithTopicPartitionAndOffset(boolean tombstone) throws Exception {
    topics.create(topic, 2);
    topics.send(topic, 1, "1", "{\"v\":1}");
    topics.send(topic, 1, tombstone ? "x" : "2", tombstone ? null : "[1]");
    topics.flush();
    JobClient job = start(options(null, "long", "row"), 1, null);
    String reason =
        tombstone
            ? "key of the record: expected an integer (decimal digits, no leading zeros, no plus),"
                + " found \"x\""
            : "expected a JSON object, found an array";
    assertThatThrownBy(() -> job.getJobExecutionResult().get())
        .satisfies(
            e ->
                assertThat(causes(e))
                    .anyMatch(
                        text ->
                            text.contains(DataDamagedException.class.getName())
                                && text.contains(
                                    "topic " + topic + ", partition 1, offset 1: " + reason)));
  }

  @Test
  void badRecordsAreSetAsideWithTheirKeyAndTheOthersGoOn() throws Exception {
    Path bad = temp.resolve("bad");
    topics.create(topic, 1);
    topics.send(topic, 0, "k", "{\"v\":1}");
    topics.send(topic, 0, "1", "{\"v\":");
    topics.send(topic, 0, null, null);
    topics.send(topic, 0, null, new byte[] {(byte) 0xFF}, new byte[] {(byte) 0xFE});
    topics.send(topic, 0, "2", "{\"v\":2}");
    topics.flush();
    InputOptions options = options(null, "long", "v");
    InputOptions aside =
        new InputOptions(
            options.source(),
            options.format(),
            options.key(),
            options.value(),
            null,
            null,
            BadRowPolicy.of("dead-letter:" + bad.toUri()));
    JobClient job = start(aside, 1, null);
    rows.awaitRows(job, 1);
    StreamedRows.stop(job, temp.resolve("savepoints"));
    assertThat(rows.values()).containsExactly("2");
    List<String> letters = new ArrayList<>();
    try (var files = Files.list(bad)) {
      for (Path file : files.filter(p -> !p.getFileName().toString().startsWith(".")).toList()) {
        letters.addAll(Files.readAllLines(file));
      }
    }
    List<String> found = new ArrayList<>();
    for (String letter : letters) {
      JsonNode json = new ObjectMapper().readTree(letter);
      assertThat(json.get("topic").asText()).isEqualTo(topic);
      assertThat(json.get("partition").asInt()).isZero();
      assertThat(json.get("reason").asText()).isNotEmpty();
      found.add(
          json.get("offset")
              + " "
              + (json.has("key") ? json.get("key") : json.get("key_base64"))
              + " "
              + (json.has("row") ? json.get("row") : json.get("row_base64")));
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            "0 \"k\" \"{\\\"v\\\":1}\"",
            "1 \"1\" \"{\\\"v\\\":\"",
            "2 null null",
            "3 \"/w==\" \"/g==\"");
  }

  @Test
  void rowsHaveTheTimeOfTheirColumnAndDeletesThatOfTheirRecord() throws Exception {
    topics.create(topic, 1);
    topics.send(
        topic,
        0,
        Instant.ofEpochMilli(5),
        "1".getBytes(UTF_8),
        "{\"v\":\"a\",\"at\":\"2026-01-01T00:00:00Z\"}".getBytes(UTF_8));
    topics.send(topic, 0, Instant.ofEpochMilli(7_000), "1".getBytes(UTF_8), null);
    topics.flush();
    InputOptions options = options(null, "long", "v");
    InputOptions timed =
        new InputOptions(
            options.source(),
            options.format(),
            options.key(),
            options.value(),
            null,
            new EventTime("at", Duration.ZERO),
            options.onBadRow());
    JobClient job = start(timed, 1, null);
    rows.awaitRows(job, 2);
    rows.await(
        job,
        "a row behind the watermark",
        read -> {
          topics.send(topic, 0, "2", "{\"v\":\"b\",\"at\":0}");
          topics.flush();
          return read.arrived().get(read.arrived().size() - 1).watermark() > 0;
        });
    assertThat(rows.arrived().subList(0, 2))
        .extracting(Arrived::timestamp)
        .containsExactly(1767225600000L, 7_000L);
    assertThat(rows.arrived().get(rows.arrived().size() - 1).watermark())
        .isEqualTo(1767225600000L - 1);
    job.cancel().get();
  }

  @Test
  void aTopicThatDoesNotExistOrIsDeletedEndsTheJob() throws Exception {
    KafkaOptions kafka = kafka(topic, "earliest");
    String missing = "the Kafka topic '" + topic + "' at " + server.bootstrapServers();
    assertThatThrownBy(() -> TopicCheck.require(kafka, said -> {}))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(missing)
        .hasMessageContaining("does not exist");
    assertThat(failure(start(options(kafka, null, "long", "v"), 1, null)))
        .anyMatch(text -> text.contains(InvalidRequestException.class.getName() + ": " + missing));

    rows = new StreamedRows();
    topics.create(topic, 1);
    topics.send(topic, 0, "1", "{\"v\":\"a\"}");
    topics.flush();
    TopicCheck.require(kafka, said -> {});
    JobClient job = start(options(kafka, null, "long", "v"), 1, null);
    rows.awaitRows(job, 1);
    topics.delete(topic);
    assertThat(failure(job)).anyMatch(text -> text.contains(missing + " was deleted"));
  }

  @Test
  void aBrokerThatDoesNotKnowTheTopicForAMomentEndsNoRunningJob() throws Exception {
    KafkaOptions kafka = kafka(topic, "earliest");
    Set<TopicPartition> partitions = Set.of(new TopicPartition(topic, 0));
    // The topic does not exist yet, though the state has it.
    try (AdminClient admin = AdminClient.create(kafka.clientProperties());
        AdminClient another = AdminClient.create(kafka.clientProperties())) {
      SameTopicSubscriber patient = restored(kafka, Duration.ofMinutes(1));
      CompletableFuture<Set<TopicPartition>> discovered =
          CompletableFuture.supplyAsync(() -> patient.getSubscribedTopicPartitions(another));

      // A reader's task restarts.
      assertThatThrownBy(() -> lookup(kafka, Duration.ZERO).find(admin, "an id"))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is not known there now, though the job has read it")
          .satisfies(
              e ->
                  assertThat(KafkaFailures.inJob(kafka, (StorageException) e))
                      .as("restarts")
                      .isSameAs(e));
      SameTopicSubscriber impatient = restored(kafka, Duration.ofMillis(1));
      assertThatThrownBy(() -> impatient.getSubscribedTopicPartitions(admin))
          .isInstanceOf(SuppressRestartsException.class)
          .cause()
          .hasMessageContaining("was deleted");
      assertThat(discovered).isNotDone();
      topics.create(topic, 1);
      assertThat(discovered.get(30, TimeUnit.SECONDS)).isEqualTo(partitions);
    }
  }

  /** The topic of a job that has read one partition, of which no id is known. */
  private SameTopicSubscriber restored(KafkaOptions kafka, Duration deletedAfter) {
    KafkaPartitionSplit read = new KafkaPartitionSplit(new TopicPartition(topic, 0), 5);
    return new SameTopicSubscriber(
        kafka,
        lookup(kafka, deletedAfter),
        new TopicState(
            new KafkaSourceEnumState(
                Set.of(new SplitAndAssignmentStatus(read, AssignmentStatus.ASSIGNED)), true),
            null));
  }

  private static TopicLookup lookup(KafkaOptions kafka, Duration deletedAfter) {
    KafkaSilence silence =
        new KafkaSilence(
            kafka.bootstrapServers(),
            Duration.ofMinutes(1),
            new KafkaSilence.Listener() {
              @Override
              public void silent(String message) {}

              @Override
              public void answered() {}
            });
    return new TopicLookup(kafka, silence, kafka.patience(), deletedAfter);
  }

  @Test
  void keysOfEightAndOfFourBytesAreReadWhereToldSoAndAdvisedWhereNot() throws Exception {
    topics.create(topic, 1);
    byte[] value = "{\"v\":1}".getBytes(UTF_8);
    topics.send(topic, 0, null, HexFormat.of().parseHex("0000000000000007"), value);
    topics.send(topic, 0, null, HexFormat.of().parseHex("ffffffffffffffff"), value);
    topics.flush();
    assertThat(failure(start(options(null, "long", "v"), 1, null)))
        .anyMatch(
            text ->
                text.contains(
                    "found \"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0007\"; it may be"
                        + " an integer of 8 bytes (in hex 0000000000000007), which"
                        + " --kafka-key-format long reads"));

    rows = new StreamedRows();
    topics.send(topic, 0, null, HexFormat.of().parseHex("8000000000000000"), null);
    topics.flush();
    JobClient job = start(options(keyed(RecordKeyFormat.LONG), null, "long", "v"), 1, null);
    rows.awaitRows(job, 3);
    assertThat(keysAndValues())
        .containsExactly("8000000000000007 1", "7fffffffffffffff 1", "0000000000000000 deleted");
    job.cancel().get();
    assertThat(failure(start(options(keyed(RecordKeyFormat.INT), null, "long", "v"), 1, null)))
        .anyMatch(
            text -> text.contains("expected 4 bytes, as --kafka-key-format int says, found 8"));
  }

  private KafkaOptions keyed(RecordKeyFormat format) {
    return new KafkaOptions(
        server.bootstrapServers(), topic, null, new KafkaStart.Earliest(), Map.of(), format);
  }

  @Test
  void csvAndBatchAreRefused() {
    KafkaOptions kafka = kafka(topic, "earliest");
    assertThatThrownBy(
            () ->
                new InputOptions(
                    kafka,
                    new RowFormat.Csv(','),
                    KeyColumn.of("id", "long", null),
                    new ValueSelection.Row(),
                    null,
                    null,
                    new BadRowPolicy.Fail()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("not as csv");
    assertThatThrownBy(() -> options(kafka, null, "long", "row").paths())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("--mode streaming");
  }

  /** So many more rows for each partition. */
  private void send(List<List<String>> expected, int count) {
    for (int partition = 0; partition < expected.size(); partition++) {
      for (int i = 0; i < count; i++) {
        String value = partition + "/" + expected.get(partition).size();
        expected.get(partition).add(value);
        topics.send(topic, partition, null, "{\"id\":" + i + ",\"v\":\"" + value + "\"}");
      }
    }
    topics.flush();
  }

  private List<String> keysAndValues() {
    return rows.arrived().stream().map(row -> row.key() + " " + row.value()).toList();
  }

  private JobClient start(InputOptions options, int parallelism, String savepoint)
      throws Exception {
    StreamExecutionEnvironment env = environment(savepoint);
    rows.collect(RowInput.continuous(env, options, discovery, parallelism, SHARDING));
    return env.executeAsync();
  }

  private static StreamExecutionEnvironment environment(String savepoint) {
    Configuration configuration = new Configuration();
    // A job that ends has not been restarted: it would be without end.
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
    env.enableCheckpointing(50);
    return env;
  }

  /** All causes of the failure that the job ends with. */
  private static List<String> failure(JobClient job) throws Exception {
    try {
      job.getJobExecutionResult().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return causes(e);
    } catch (TimeoutException e) {
      job.cancel().get();
      throw new AssertionError("the job goes on", e);
    }
    throw new AssertionError("the job ended without a failure");
  }

  private void createAgain(int partitions) {
    topics.delete(topic);
    topics.create(topic, partitions);
  }

  private InputOptions options(String keyColumn, String keyType, String value) {
    return options(kafka(topic, "earliest"), keyColumn, keyType, value);
  }

  private static InputOptions options(
      KafkaOptions kafka, String keyColumn, String keyType, String value) {
    return new InputOptions(
        kafka,
        new RowFormat.Jsonl(),
        KeyColumn.of(keyColumn, keyType, null),
        ValueSelection.of(value),
        null,
        null,
        new BadRowPolicy.Fail());
  }

  private static KafkaOptions kafka(String topic, String start) {
    return new KafkaOptions(server.bootstrapServers(), topic, null, KafkaStart.of(start), Map.of());
  }

  private static List<String> causes(Throwable e) {
    List<String> texts = new ArrayList<>();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      texts.add(cause.toString());
    }
    return texts;
  }
}
