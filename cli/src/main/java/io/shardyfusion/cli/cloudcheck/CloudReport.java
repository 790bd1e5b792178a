package io.shardyfusion.cli.cloudcheck;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.MeasuredOn;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The findings of a check, as a table and as JSON.
 *
 * @param dataset the URI below which it was
 * @param ok whether all targets were met
 * @param machine what it was measured on
 * @param commit of the sources, or {@code unknown}
 * @param store what the store can do
 * @param results the figures, by the number of shards
 * @param verdicts the targets, by the number of shards
 * @param estimate what the costs are estimated for
 * @param prices where the default prices are from
 */
@RecordBuilder
@RecordBuilder.Options(enableWither = false)
record CloudReport(
    @JsonProperty("dataset") String dataset,
    @JsonProperty("ok") boolean ok,
    @JsonProperty("machine") Map<String, Object> machine,
    @JsonProperty("commit") String commit,
    @JsonProperty("store") List<TargetResult> store,
    @JsonProperty("results") Map<Integer, Map<String, Number>> results,
    @JsonProperty("verdicts") Map<Integer, List<TargetResult>> verdicts,
    @JsonProperty("estimate") MonthlyCost estimate,
    @JsonProperty("prices") String prices) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A report of what was found on this machine. */
  static CloudReport of(
      String dataset, List<TargetResult> store, Map<Integer, CloudRun> runs, MonthlyCost estimate)
      throws IOException {
    Map<Integer, Map<String, Number>> results = new LinkedHashMap<>();
    Map<Integer, List<TargetResult>> verdicts = new LinkedHashMap<>();
    runs.forEach(
        (shards, run) -> {
          results.put(shards, run.figures().asMap());
          verdicts.put(shards, run.verdicts());
        });
    boolean ok =
        store.stream().allMatch(TargetResult::ok)
            && runs.values().stream()
                .flatMap(run -> run.verdicts().stream())
                .allMatch(TargetResult::ok);
    return CloudReportBuilder.builder()
        .dataset(dataset)
        .ok(ok)
        .machine(MeasuredOn.machine())
        .commit(MeasuredOn.commit())
        .store(store)
        .results(results)
        .verdicts(verdicts)
        .estimate(estimate)
        .prices(MonthlyCost.SOURCE)
        .build();
  }

  void write(Path file) throws IOException {
    Files.write(file, writer(true).writeValueAsBytes(this));
  }

  void printJson(PrintWriter out, boolean indented) throws IOException {
    out.println(writer(indented).writeValueAsString(this));
    out.flush();
  }

  private static ObjectWriter writer(boolean indented) {
    return indented ? JSON.writer(SerializationFeature.INDENT_OUTPUT) : JSON.writer();
  }

  /** Prints a line a figure, a column a number of shards; then the verdicts. */
  void printTable(PrintWriter out) {
    out.println("The store of " + dataset);
    store.forEach(
        verdict -> out.printf("  %-6s %s: %s%n", mark(verdict), verdict.name(), verdict.found()));
    if (!results.isEmpty()) {
      printFigures(out);
      printVerdicts(out);
    }
    out.println();
    out.println(ok ? "All targets were met." : "Not all targets were met.");
    out.flush();
  }

  private void printFigures(PrintWriter out) {
    Set<String> names = new LinkedHashSet<>();
    results.values().forEach(figures -> names.addAll(figures.keySet()));
    int first = names.stream().mapToInt(String::length).max().orElse(0);
    out.println();
    out.print(" ".repeat(first));
    results.keySet().forEach(shards -> out.printf("%16s", shards + " shards"));
    out.println();
    for (String name : names) {
      out.print(name + " ".repeat(first - name.length()));
      results.values().forEach(figures -> out.printf("%16s", cell(figures.get(name))));
      out.println();
    }
    if (names.contains("month_usd")) {
      out.println();
      out.println("month_…_usd is an estimate for " + estimate.assumptions());
      out.println("Default prices: " + prices);
    }
  }

  /** The figure, or a dash where none was found because something failed before. */
  private static String cell(@Nullable Number figure) {
    return figure == null ? "-" : Figures.text(figure);
  }

  private void printVerdicts(PrintWriter out) {
    verdicts.forEach(
        (shards, all) -> {
          out.println();
          out.println(shards + " shards");
          all.forEach(
              verdict ->
                  out.printf("  %-6s %s: %s%n", mark(verdict), verdict.name(), verdict.found()));
        });
  }

  private static String mark(TargetResult verdict) {
    return verdict.ok() ? "ok" : "FAILED";
  }
}
