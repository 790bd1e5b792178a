package io.shardyfusion.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The benchmarks run, and give the figures that they promise; how large those are is not tested.
 */
class BenchTest {

  @TempDir private Path directory;

  @Test
  void readGivesItsFigures() throws IOException {
    JsonNode results =
        results(
            "read",
            "--quick",
            "--rows=4000",
            "--rounds=1",
            "--shards=2,4",
            "--threads=1,2",
            "--seconds=1");

    for (String name : List.of("read.get", "read.get_missing", "read.multi_get_100")) {
      for (String each : List.of("", ".2.1", ".2.2", ".4.1", ".4.2")) {
        assertThat(names(results.get(name + each)))
            .as(name + each)
            .contains(
                "ratio_to_rocksdb",
                "ratio_to_rocksdb_min",
                "ratio_to_rocksdb_max",
                "p99_ratio",
                "p50_ns",
                "p95_ns",
                "p99_ns",
                "rocksdb_p99_ns",
                "ns_per_key",
                "rocksdb_ns_per_key",
                "shards",
                "threads",
                "rows");
      }
    }
    JsonNode cold = results.get("read.cold_get");
    assertThat(cold.get("bytes_ratio").doubleValue()).isBetween(0.99, 1.02);
    assertThat(cold.get("gets").intValue()).isEqualTo(4);
    JsonNode swapped = results.get("read.under_refresh");
    assertThat(names(swapped)).contains("ratio", "ratio_min", "ratio_max", "p999_ns");
    assertThat(swapped.get("errors").intValue()).isZero();
    assertThat(swapped.get("swaps").intValue()).isEqualTo(1);
  }

  @Test
  void refreshGivesItsFigures() throws IOException {
    JsonNode results =
        results(
            "refresh", "--rows=4000", "--rounds=1", "--shards=4", "--store=local", "--backfills=2");

    JsonNode cost = results.get("refresh.cost");
    assertThat(names(cost)).contains("bytes_ratio", "time_ratio", "time_ratio_max", "bytes_new");
    assertThat(cost.get("bytes_ratio").doubleValue()).isGreaterThanOrEqualTo(1);
    JsonNode requests = results.get("cost.requests");
    assertThat(requests.get("backfill_2_puts").intValue()).isBetween(2 * 2, 2 * 2 + 6);
    assertThat(requests.get("idle_refresh_gets").intValue()).isEqualTo(1);
    assertThat(requests.get("refresh_gets")).isEqualTo(requests.get("refresh_gets_needed"));
    assertThat(requests.get("cold_read_gets")).isEqualTo(requests.get("cold_read_gets_needed"));
    assertThat(requests.get("reader_puts").intValue()).isZero();
  }

  /** The bytes of text that is not ASCII are written by the shell. */
  @Test
  void textThatCannotBeDecodedIsRefusedWithoutALocale() throws Exception {
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh",
                "-c",
                "unset LC_ALL LC_CTYPE; LANG=C; export LANG; exec \"$BENCH_JAVA\" -cp \"$BENCH_CLASSES\" "
                    + Bench.class.getName()
                    + " write --json \"$(printf 'Z\\303\\274rich')\"")
            .redirectError(err.toFile());
    builder
        .environment()
        .put("BENCH_JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    builder.environment().put("BENCH_CLASSES", System.getProperty("java.class.path"));
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_"));

    Process process = builder.start();

    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(err)
        .content()
        .startsWith("shardy bench: the argument")
        .contains("is no text", "set LC_ALL=C.UTF-8")
        .hasLineCount(1);
  }

  /** Runs a benchmark; what it wrote as JSON. */
  private JsonNode results(String... arguments) throws IOException {
    Path json = directory.resolve("figures.json");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json=" + json);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine bench =
        Bench.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    assertThat(bench.execute(all.toArray(String[]::new))).as("%s", err).isZero();

    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(names(report)).containsExactly("machine", "commit", "results");
    report
        .get("results")
        .fieldNames()
        .forEachRemaining(name -> assertThat(out.toString()).contains(name));
    return report.get("results");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
