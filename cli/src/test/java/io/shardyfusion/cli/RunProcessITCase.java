package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.cli.ShardyProcess.Started;
import io.shardyfusion.testing.S3Server;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own: killed, on a full disk, and on a real S3 server. */
final class RunProcessITCase {

  private static final Path CITIES =
      Path.of(
          System.getProperty("shardyfusion.root"), "src-test-resources/dataset/cities.jsonl.gz");
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path directory;

  private ShardyProcess processes;

  @BeforeEach
  void inTheDirectory() {
    processes = new ShardyProcess(directory);
  }

  @Test
  void aKilledRunLeavesTheDatasetAsItWasAndTheNextOneWorks() throws Exception {
    Files.writeString(directory.resolve("one.jsonl"), "{\"id\":1,\"name\":\"one\"}\n");
    Ended first = processes.shardy(runOn("one.jsonl", 32));
    assertThat(first.code()).isZero();
    assertThat(first.err()).doesNotContain("this run changes");
    byte[] pointer = Files.readAllBytes(directory.resolve("dataset/_CURRENT"));
    long files = files("files");

    try (Started killed = processes.start(runOn(CITIES.toString(), 64))) {
      Instant deadline = Instant.now().plus(DEADLINE);
      while (files("files") == files
          && killed.process().isAlive()
          && Instant.now().isBefore(deadline)) {
        Thread.onSpinWait();
      }
      killed.kill();
    }

    assertThat(files("files")).as("the run had begun to upload").isGreaterThan(files);
    assertThat(Files.readAllBytes(directory.resolve("dataset/_CURRENT"))).isEqualTo(pointer);
    Ended get =
        processes.shardy("get", "1", "-o", "text", "-d", path("dataset"), "--cache", path("cache"));
    assertThat(get.out()).isEqualTo("{\"id\":1,\"name\":\"one\"}\n");
    Ended next = processes.shardy(runOn(CITIES.toString(), 64));
    assertThat(next.code()).as(next.err()).isZero();
    assertThat(next.err().lines())
        .filteredOn(line -> line.contains("this run changes what version 1 has: shards 32 to 64"))
        .singleElement()
        .asString()
        .contains("every reader downloads the whole dataset anew");
    assertThat(JSON.readTree(next.out()).get("version").asLong()).isEqualTo(2);
    assertThat(processes.shardy("verify", "--deep", "-d", path("dataset")).code()).isZero();
    assertThat(processes.leftovers())
        .as("the next run removes what a kill leaves, but not what LZ4 has unpacked")
        .allMatch(name -> name.startsWith("liblz4-java-"));
  }

  @Test
  void aDiskThatIsFullWhileSortingIsOneClearErrorAndChangesNothing() throws Exception {
    Path rows = directory.resolve("rows.jsonl");
    try (BufferedWriter out = Files.newBufferedWriter(rows)) {
      for (int id = 0; id < 2_200_000; id++) {
        out.write("{\"id\":" + id + "}\n");
      }
    }

    // The largest file that the process may write, in KiB: less than what it has to spill, more
    // than a native library.
    Ended ended =
        processes.shell(
            "ulimit -f 60000; SHARDY_ARCHIVE=off exec \"$SHARDY\" '"
                + String.join("' '", runOn("rows.jsonl", 2, "--parallelism", "1"))
                + "'");

    assertThat(ended.code()).as(ended.err()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .contains("could not write sorted rows", "free disk space")
        .doesNotContain("\tat ");
    assertThat(directory.resolve("dataset/_CURRENT")).doesNotExist();
    assertThat(files("files") + files("manifests")).isZero();
    assertThat(processes.leftovers()).isEmpty();
  }

  @Test
  void theWholeWayWorksOnS3AndItsFaultsAreClear() throws Exception {
    try (S3Server server = S3Server.start()) {
      processes
          .environment("AWS_ACCESS_KEY_ID", server.accessKey())
          .environment("AWS_SECRET_ACCESS_KEY", server.secretKey());
      ShardyProcess wrong =
          new ShardyProcess(directory)
              .environment("AWS_ACCESS_KEY_ID", server.accessKey())
              .environment("AWS_SECRET_ACCESS_KEY", "not-the-secret");
      String[] s3 = {
        "--s3-endpoint",
        server.endpoint().toString(),
        "--s3-region",
        server.region(),
        "--s3-path-style"
      };
      String dataset = "s3://" + server.bucket() + "/cities";
      String[] cities = {"--input", CITIES.toString(), "--key", "id", "--shards", "8"};

      Ended run = processes.shardy(concat(s3, concat(cities, "run", "-d", dataset)));
      assertThat(run.code()).as(run.err()).isZero();
      JsonNode result = JSON.readTree(run.out());
      assertThat(result.get("rows_written").asLong()).isEqualTo(135_233);
      assertThat(result.get("puts").asLong()).as("2 a shard, and 6").isLessThanOrEqualTo(2 * 8 + 6);
      Ended get =
          processes.shardy(concat(s3, "get", "2988507", "-d", dataset, "--cache", path("cache")));
      assertThat(JSON.readTree(get.out()).get("value").asText()).contains("Paris");
      assertThat(processes.shardy(concat(s3, "verify", "--deep", "-d", dataset)).code()).isZero();

      Ended noBucket =
          processes.shardy(concat(s3, concat(cities, "run", "-d", "s3://no-such-bucket/cities")));
      assertThat(noBucket.code()).as(noBucket.err()).isEqualTo(3);
      assertThat(noBucket.err()).contains("no-such-bucket").doesNotContain("\tat ");
      Ended denied = wrong.shardy(concat(s3, concat(cities, "run", "-d", dataset)));
      assertThat(denied.code()).as(denied.err()).isEqualTo(3);
      assertThat(denied.err())
          .contains(server.bucket())
          .doesNotContain("not-the-secret")
          .doesNotContain("\tat ");
      Ended history = processes.shardy(concat(s3, "history", "-d", dataset));
      assertThat(history.out().lines()).hasSize(1);
    }
  }

  private String[] runOn(String input, int shards, String... more) {
    return concat(
        more,
        "run",
        "-d",
        path("dataset"),
        "--input",
        directory.resolve(input).toString(),
        "--key",
        "id",
        "--shards",
        String.valueOf(shards));
  }

  private long files(String folder) throws IOException {
    Path root = directory.resolve("dataset").resolve(folder);
    if (!Files.exists(root)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static String[] concat(String[] options, String... first) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(options)).toArray(String[]::new);
  }
}
