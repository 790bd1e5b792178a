package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.cli.ShardyProcess.Started;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.changes.ChangeStream;
import io.shardyfusion.testing.changes.ChangeStream.Order;
import io.shardyfusion.testing.changes.PrefixOracle;
import io.shardyfusion.testing.flink.LocalCheckpoints;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/cluster}, as people call it: a stock Flink with the configuration of {@code
 * flink-conf} and an S3 server, which have everything: the datasets, and Flink's checkpoints. There
 * the job runs on the FRocksDB of Flink's distribution; here its files are read by rocksdbjni.
 */
final class ClusterScriptITCase {

  private static final Path SCRIPT =
      Path.of(System.getProperty("shardyfusion.root"), "bin", "cluster");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int ROWS = 20_000;
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  /** Of the next commands, besides. */
  private final Map<String, String> environment = new HashMap<>();

  private final long seed = Long.getLong("shardyfusion.seed", System.nanoTime());

  @AfterEach
  void down() throws Exception {
    cluster("down");
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @Test
  void aBackfillAndAContinuousJobWithCheckpointsOnS3SurviveTheLossOfATaskManager()
      throws Exception {
    System.out.println("-Dshardyfusion.seed=" + seed + ", logs in " + directory);
    // Taken at random moments, a kill can hit Flink 2.3 while it triggers a checkpoint, which then
    // hangs until this ends it; the default is minutes.
    String up =
        succeeded(
                cluster(
                    "up", "--rest-port=0", "--s3-port=0", "-Dexecution.checkpointing.timeout=15s"))
            .out();
    export(up);
    JsonNode status = status();
    StoreOptions store =
        StoreOptions.builder()
            .s3Endpoint(URI.create(status.get("s3_endpoint").asText()))
            .s3Region("us-east-1")
            .s3PathStyle(true)
            .build();

    backfill(store);
    continuous(store, status);
    interrupted();

    assertThat(cluster("up").code()).as("up again").isZero();
    succeeded(cluster("down"));
    assertGone(status);
  }

  @Test
  void whatCannotBeDoneIsOneClearMessage() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          cluster("up", "--s3-port=0", "--rest-port=" + taken.getLocalPort()),
          2,
          "port " + taken.getLocalPort() + " of 127.0.0.1 is taken");
    }
    assertRefused(cluster("up", "--task-managers=0"), 2, "expected 1 to 16, found 0");
    assertRefused(
        cluster("up", "--rest-port=0", "--s3-port=0", "--dir=" + directory),
        2,
        "name another by --dir");
    assertRefused(cluster("run"), 1, "bin/cluster up");
    assertRefused(cluster("status"), 1, "no cluster is up in");
    assertRefused(cluster("flink", "list"), 1, "no cluster is up in");
    environment.put("FLINK_HOME", directory.toString());
    Ended wrongFlink = cluster("up", "--rest-port=0", "--s3-port=0");
    assertThat(wrongFlink.code()).isEqualTo(2);
    assertThat(wrongFlink.err()).contains("expected Flink 2.3.", "unset FLINK_HOME");
    environment.put("JAVA_HOME", directory.resolve("none").toString());
    assertRefused(cluster("up"), 2, "Java 17 or newer is needed");
    environment.clear();
    assertThat(cluster("down").code()).isZero();
  }

  private static void assertRefused(Ended ended, int code, String message) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(code);
    assertThat(ended.err()).startsWith("cluster: ").contains(message).hasLineCount(1);
    assertThat(ended.out()).isEmpty();
  }

  private void backfill(StoreOptions store) throws Exception {
    Path input = Files.createDirectory(directory.resolve("input"));
    for (int file = 0; file < 4; file++) {
      try (BufferedWriter out = Files.newBufferedWriter(input.resolve(file + ".jsonl"))) {
        for (int id = file; id < ROWS; id += 4) {
          out.write(row(id) + "\n");
        }
      }
    }
    String dataset = "s3://shardyfusion/backfill";

    Ended run =
        succeeded(
            cluster("run", "-d", dataset, "--input", input.toString(), "--key=id", "--shards=8"));

    assertThat(run.out().lines()).hasSize(1);
    assertThat(JSON.readTree(run.out()).get("rows_written").asInt()).isEqualTo(ROWS);
    try (ObjectStore objects = ObjectStores.open(dataset, store)) {
      Dataset published = new Dataset(objects);
      assertThat(published.manifest(published.current().manifest()).engine().version())
          .as("the RocksDB that wrote the files")
          .startsWith("8.10.");
    }
    try (ShardedReader reader =
        ShardedReader.open(
            ReaderOptions.builder(dataset)
                .store(store)
                .cacheDirectory(directory.resolve("cache"))
                .build())) {
      for (long id = 0; id < ROWS; id++) {
        assertThat(reader.get(id)).isEqualTo(row(id).getBytes(UTF_8));
      }
      assertThat(reader.get(ROWS)).isNull();
    }

    Ended failed = cluster("run", "-d", dataset, "--input=/no/such", "--key=id", "--shards=8");
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.err()).contains("'/no/such' does not exist").hasLineCount(1);
  }

  private void continuous(StoreOptions store, JsonNode status) throws Exception {
    Path input = Files.createDirectory(directory.resolve("changes"));
    String dataset = "s3://shardyfusion/changes";
    String jobId =
        JSON.readTree(
                succeeded(
                        cluster(
                            "run",
                            "--detached",
                            "--mode=streaming",
                            "--dataset=" + dataset,
                            "--input=" + input,
                            "--key=k",
                            "--key-type=string",
                            "--op-column=op",
                            "--delete-values=d",
                            "--shards=4",
                            // All slots, those of both TaskManagers.
                            "--parallelism=4",
                            "--source-parallelism=1",
                            "--discovery-interval=200ms",
                            "--checkpoint-interval=500ms"))
                    .out())
            .get("job_id")
            .asText();
    PrefixOracle oracle = new PrefixOracle();
    try (AnnouncedVersions versions =
            new AnnouncedVersions(dataset, store, oracle, directory.resolve("read"));
        ChangeFeeder feeder =
            new ChangeFeeder(input, new ChangeStream(seed, Order.TOTAL), oracle)) {
      await("the first versions", versions, () -> oracle.lastVersion() >= 2);
      Path checkpoints = directory.resolve("cluster/s3/flink/checkpoints").resolve(jobId);
      assertThat(LocalCheckpoints.newest(checkpoints)).as("a checkpoint on S3").isPresent();

      for (JsonNode process : status.get("processes")) {
        if (process.get("name").asText().equals("taskmanager-1")) {
          ProcessHandle.of(process.get("pid").asLong()).orElseThrow().destroyForcibly();
        }
      }
      long before = versions.announced();
      await("versions after the kill", versions, () -> versions.announced() > before + 1);
      feeder.finish();
      await("the whole input", versions, oracle::isComplete);
      versions.requireNoFailure();
      oracle.requireComplete();
      versions.verify(versions.announced());
    }
    assertThat(Files.readString(directory.resolve("cluster/log/jobmanager.log")))
        .containsPattern("Restoring job " + jobId + " from Checkpoint .* s3://flink/checkpoints");
    assertThat(status().get("processes").findValuesAsText("restarts")).contains("1");
    succeeded(cluster("flink", "cancel", jobId));
  }

  private void interrupted() throws Exception {
    Path input = Files.createDirectory(directory.resolve("nothing"));
    List<String> run =
        List.of(
            SCRIPT.toString(),
            "run",
            "--mode=streaming",
            "--dataset=s3://shardyfusion/interrupted",
            "--input=" + input,
            "--key=id",
            "--shards=4");
    try (Started client = process().start(run, environment)) {
      Await.until("the job", DEADLINE, () -> client.errors().contains("is submitted"));

      Ended ended = client.terminate();

      assertThat(ended.code()).as(ended.err()).isGreaterThan(128);
      Matcher cancel = Pattern.compile("goes on; cancel it: (.*)").matcher(ended.err());
      assertThat(cancel.find()).as(ended.err()).isTrue();
      assertThat(ended.err()).doesNotContain("failed");
      succeeded(process().run(List.of("sh", "-c", cancel.group(1)), environment));
    }
  }

  private void assertGone(JsonNode status) {
    assertThat(cluster("status").code()).isEqualTo(1);
    List<Long> pids = new ArrayList<>(List.of(status.get("supervisor").asLong()));
    status.get("processes").forEach(process -> pids.add(process.get("pid").asLong()));
    assertThat(pids)
        .hasSize(5)
        .allSatisfy(pid -> assertThat(ProcessHandle.of(pid)).as("process " + pid).isEmpty());
    for (String server : List.of("rest_url", "s3_endpoint")) {
      int port = URI.create(status.get(server).asText()).getPort();
      try (ServerSocket socket = new ServerSocket(port)) {
        assertThat(socket.isBound()).isTrue();
      } catch (IOException e) {
        throw new AssertionError("port " + port + " is still taken", e);
      }
    }
  }

  private static void await(String what, AnnouncedVersions versions, BooleanSupplier condition) {
    Await.until(what, DEADLINE, () -> versions.failed() || condition.getAsBoolean());
    versions.requireNoFailure();
  }

  /** What {@code up} says to export, for this process. */
  private static void export(String greeting) {
    Matcher exported =
        Pattern.compile("export AWS_ACCESS_KEY_ID=(\\S+) AWS_SECRET_ACCESS_KEY=(\\S+)")
            .matcher(greeting);
    assertThat(exported.find()).as(greeting).isTrue();
    System.setProperty("aws.accessKeyId", exported.group(1));
    System.setProperty("aws.secretAccessKey", exported.group(2));
  }

  private JsonNode status() throws IOException {
    return JSON.readTree(succeeded(cluster("status", "--json")).out());
  }

  private Ended cluster(String... arguments) {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    try {
      return process().run(command, environment);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private ShardyProcess process() {
    return new ShardyProcess(directory)
        .environment("SHARDY_CLUSTER_DIR", directory.resolve("cluster").toString());
  }

  private static Ended succeeded(Ended ended) {
    assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
    return ended;
  }

  private static String row(long id) {
    return "{\"id\":"
        + id
        + ",\"name\":\"row "
        + Long.toHexString(id * 0x9E3779B97F4A7C15L)
        + "\"}";
  }
}
