package io.shardyfusion.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.files.InputFiles;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.job.input.rows.ReadLimits;
import io.shardyfusion.job.input.rows.RowsOf;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.run.RunCounters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The input in a Flink cluster within this process. */
final class RowInputITCase {

  private static final HashSharding SHARDING = new HashSharding(8);
  private static final ReadLimits LIMITS = new ReadLimits(4096, 1 << 20);
  private static final int SPLIT_BYTES = 10_000;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  @TempDir Path dir;

  /** What a job gave: its rows, sorted, and its counts. */
  private record Result(List<String> rows, long rowsRead, long bytesRead, long badRows) {}

  @Test
  void everyParallelismGivesTheSameRowsWithTheSameOrders() throws Exception {
    List<String> all = writeJsonl();
    InputOptions options = options("jsonl", "fail", "row");
    Result one = run(options, 1, true);
    Result four = run(options, 4, true);
    assertThat(one.rows()).hasSameSizeAs(all).isEqualTo(four.rows());
    assertThat(one).isEqualTo(four);
    assertThat(one.rowsRead()).isEqualTo(all.size());
    assertThat(one.bytesRead()).isEqualTo(all.stream().mapToLong(String::length).sum());
    assertThat(run(options, 3, false)).as("without chains").isEqualTo(one);
    List<String> values = one.rows().stream().map(row -> row.substring(row.indexOf('{'))).toList();
    assertThat(values).as("in path order, then in line order").isEqualTo(all);
  }

  @Test
  void csvGivesTheSameOnEveryParallelismToo() throws Exception {
    for (int file = 0; file < 5; file++) {
      StringBuilder text = new StringBuilder(file % 2 == 0 ? "id,v\n" : "v,id\r\n");
      for (int i = 0; i < 500; i++) {
        text.append(file % 2 == 0 ? i + ",\"a\nb\"\n" : "x," + i + "\r\n");
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      RowsOf.write(
          dir.resolve(file + (file == 3 ? ".csv.gz" : ".csv")), file == 3 ? gzip(bytes) : bytes);
    }
    InputOptions options = options("csv", "fail", "v");
    Result one = run(options, 1, true);
    assertThat(one.rows()).hasSize(2500);
    assertThat(run(options, 4, true)).isEqualTo(one);
    assertThat(run(options, 2, false)).as("without chains").isEqualTo(one);
  }

  @Test
  void anEmptyDirectoryGivesNoRows() throws Exception {
    RowsOf.write(dir.resolve("empty.jsonl"), "");
    assertThat(run(options("jsonl", "fail", "row"), 2, true))
        .isEqualTo(new Result(List.of(), 0, 0, 0));
    Files.delete(dir.resolve("empty.jsonl"));
    assertThat(run(options("jsonl", "fail", "row"), 2, true).rows()).isEmpty();
  }

  @Test
  void aBadRowFailsTheJobAtOnceWithFileLineAndReason() {
    Path file =
        RowsOf.write(
            dir.resolve("a.jsonl"),
            "{\"id\":1}\n".repeat(5000) + "\n{\"id\":\"x\"}\n" + "{\"id\":2}\n".repeat(5000));
    assertThatThrownBy(() -> run(options("jsonl", "fail", "row"), 4, true))
        .satisfies(
            e ->
                assertThat(causes(e))
                    .anyMatch(
                        text ->
                            text.contains(DataDamagedException.class.getName())
                                && text.contains(
                                    file
                                        + ":5002: column \"id\": expected an integer, found the string \"x\"; correct the"
                                        + " row, or choose --on-bad-row skip or dead-letter:URI"))
                    .noneMatch(text -> text.contains("RestartBackoffTimeStrategy")));
  }

  @Test
  void aTruncatedFileFailsTheJobUnderEveryPolicy() throws IOException {
    byte[] whole = gzip("{\"id\":1}\n".repeat(5000).getBytes(StandardCharsets.UTF_8));
    Path file =
        RowsOf.write(dir.resolve("a.jsonl.gz"), java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> run(options("jsonl", "skip", "row"), 2, true))
        .satisfies(
            e ->
                assertThat(causes(e))
                    .anyMatch(
                        text ->
                            text.contains(DataDamagedException.class.getName())
                                && text.contains(
                                    "the input file " + file + " does not decompress after byte "))
                    .noneMatch(text -> text.contains("RestartBackoffTimeStrategy")));
  }

  @Test
  void badRowsAreSkippedAndCounted() throws Exception {
    writeBadRows();
    Result result = run(options("jsonl", "skip", "row"), 4, true);
    assertThat(result.rows()).hasSize(4000);
    assertThat(result.rowsRead()).isEqualTo(4003);
    assertThat(result.badRows()).isEqualTo(3);
  }

  @Test
  void badRowsAreWrittenAsideWithFileLineAndReason() throws Exception {
    writeBadRows();
    Path bad = dir.resolve("_bad");
    Result result = run(options("jsonl", "dead-letter:" + bad.toUri(), "row"), 4, true);
    assertThat(result.rows()).hasSize(4000);
    assertThat(result.badRows()).isEqualTo(3);
    List<String> letters = new ArrayList<>();
    try (Stream<Path> files = Files.list(bad)) {
      for (Path file :
          files.filter(path -> !path.getFileName().toString().startsWith(".")).toList()) {
        assertThat(file.getFileName().toString()).startsWith("bad-rows-").endsWith(".jsonl");
        letters.addAll(Files.readAllLines(file));
      }
    }
    List<String> found = new ArrayList<>();
    for (String letter : letters) {
      JsonNode json = new ObjectMapper().readTree(letter);
      assertThat(json.get("file").asText()).isEqualTo(dir.resolve("a.jsonl").toString());
      found.add(
          json.get("line").asLong()
              + " "
              + (json.has("row")
                  ? json.get("row").asText()
                  : "base64 " + json.get("row_base64").asText())
              + " "
              + json.get("reason").asText());
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            "1001 {\"id\":null} column \"id\": expected an integer, found null",
            "2002 {\"x\":\"\t\"} column \"id\": the row does not have it".replace("\t", "é"),
            "4003 base64 /w== invalid UTF-8 at byte 0 of the row: 0xFF");
  }

  private void writeBadRows() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.write("{\"id\":1}\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    text.write("{\"id\":null}\n".getBytes(StandardCharsets.UTF_8));
    text.write("{\"id\":2}\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    text.write("{\"x\":\"é\"}\n".getBytes(StandardCharsets.UTF_8));
    text.write("{\"id\":2}\n".repeat(2000).getBytes(StandardCharsets.UTF_8));
    text.write(0xFF);
    RowsOf.write(dir.resolve("a.jsonl"), text.toByteArray());
  }

  /** Files of every compression in directories; gives their rows in path order. */
  private List<String> writeJsonl() throws IOException {
    List<String> all = new ArrayList<>();
    String[] names = {"a/plain.jsonl", "b/packed.jsonl.gz", "b/packed.jsonl.zst", "c.jsonl"};
    for (int file = 0; file < names.length; file++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 2000; i++) {
        String row = "{\"id\":" + i % 700 + ",\"file\":" + file + ",\"row\":" + i + "}";
        all.add(row);
        text.append(row).append(i % 10 == 0 ? "\r\n" : "\n");
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      Path path = dir.resolve(names[file]);
      Files.createDirectories(path.getParent());
      RowsOf.write(
          path,
          names[file].endsWith("gz")
              ? gzip(bytes)
              : names[file].endsWith("zst") ? Zstd.compress(bytes) : bytes);
    }
    return all;
  }

  private Result run(InputOptions options, int parallelism, boolean chained) throws Exception {
    Configuration configuration = new Configuration();
    // A restart would hide that an error must not lead to one.
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 2);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    env.setParallelism(parallelism);
    if (!chained) {
      env.disableOperatorChaining();
    }
    InputFiles files = InputFiles.resolve(options.paths());
    CloseableIterator<String> collected =
        RowInput.batch(env, files, options, SHARDING, LIMITS, SPLIT_BYTES)
            .map(RowInputITCase::shown, Types.STRING)
            .collectAsync();
    JobClient job = env.executeAsync();
    List<String> rows = new ArrayList<>();
    try (collected) {
      collected.forEachRemaining(rows::add);
    }
    JobExecutionResult result = job.getJobExecutionResult().get();
    rows.sort(null);
    return new Result(
        rows,
        result.getAccumulatorResult(RunCounters.ROWS_READ),
        result.getAccumulatorResult(RunCounters.BYTES_READ),
        result.getAccumulatorResult(RunCounters.BAD_ROWS));
  }

  private static String shown(ShardRow row) {
    return String.format(Locale.ROOT, "%016x", row.order)
        + " "
        + row.shard
        + " "
        + HexFormat.of().formatHex(row.key)
        + " "
        + (row.value == null ? "deleted" : new String(row.value, StandardCharsets.UTF_8));
  }

  private InputOptions options(String format, String onBadRow, String value) {
    return new InputOptions(
        List.of(dir.toString()),
        RowFormat.of(format, null),
        KeyColumn.of("id", "long", null),
        ValueSelection.of(value),
        null,
        BadRowPolicy.of(onBadRow));
  }

  private static List<String> causes(Throwable e) {
    List<String> texts = new ArrayList<>();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      texts.add(cause.toString());
    }
    return texts;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
