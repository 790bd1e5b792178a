package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectStores;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.testing.flink.FlinkCluster;
import io.shardyfusion.testing.flink.JobSubmission;
import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job on a real Flink cluster of processes, submitted as {@code flink run} does. There it runs
 * on the FRocksDB of Flink's distribution; here its files are read by rocksdbjni.
 */
final class ClusterITCase {

  private static final Path JOB =
      Path.of(System.getProperty("shardyfusion.root"), "job/target/shardyfusion-job.jar");
  private static final int ROWS = 50_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path directory;

  @Test
  void aBackfillOnTwoTaskManagersIsReadBackExactly() throws Exception {
    Path input = Files.createDirectory(directory.resolve("input"));
    for (int file = 0; file < 4; file++) {
      try (BufferedWriter out = Files.newBufferedWriter(input.resolve(file + ".jsonl"))) {
        for (int id = file; id < ROWS; id += 4) {
          out.write(row(id));
          out.write('\n');
        }
      }
    }
    String dataset = directory.resolve("dataset").toUri().toString();

    String output;
    try (FlinkCluster cluster = FlinkCluster.start(directory.resolve("flink"), 2, 1, Map.of())) {
      System.out.println("Flink of " + cluster.origin());
      output =
          cluster.run(
              new JobSubmission(
                  JOB,
                  "io.shardyfusion.job.SnapshotJob",
                  List.of(
                      "--dataset",
                      dataset,
                      "--input",
                      input.toString(),
                      "--key",
                      "id",
                      "--shards",
                      "8"),
                  2),
              Duration.ofMinutes(2));
    }

    JsonNode result =
        JSON.readTree(
            output.lines().filter(line -> line.startsWith("{")).findFirst().orElseThrow());
    assertThat(result.get("rows_written").asInt()).isEqualTo(ROWS);
    try (ObjectStore store = ObjectStores.open(dataset, StoreOptions.defaults())) {
      Dataset published = new Dataset(store);
      assertThat(published.manifest(published.current().manifest()).engine().version())
          .as("the RocksDB that wrote the files")
          .startsWith("8.10.");
    }
    try (ShardedReader reader =
        ShardedReader.open(
            ReaderOptions.builder(dataset).cacheDirectory(directory.resolve("cache")).build())) {
      for (long id = 0; id < ROWS; id++) {
        assertThat(reader.get(id)).isEqualTo(row(id).getBytes(StandardCharsets.UTF_8));
      }
      assertThat(reader.get(ROWS)).isNull();
    }
    Invocation.run("verify", "-d", dataset, "--deep").succeeded();
  }

  @Test
  void aClusterLosesProcessesAndGetsThemBackAndLeavesNone() {
    Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
    try (FlinkCluster cluster = FlinkCluster.start(directory.resolve("flink"), 2, 1, Map.of())) {
      cluster.killTaskManager(0);
      cluster.addTaskManager();
      cluster.awaitTaskManagers();
      cluster.killJobManager();
      cluster.restartJobManager();
      cluster.awaitTaskManagers();
      assertThat(cluster.jobStatus("0".repeat(32))).isEqualTo("UNKNOWN");
      assertThat(cluster.logs()).contains("jobmanager", "taskmanager", "log");
    }
    assertThat(ProcessHandle.current().children().filter(p -> !before.contains(p))).isEmpty();
  }

  private static String row(long id) {
    return "{\"id\":"
        + id
        + ",\"name\":\"row "
        + Long.toHexString(id * 0x9E3779B97F4A7C15L)
        + "\"}";
  }
}
