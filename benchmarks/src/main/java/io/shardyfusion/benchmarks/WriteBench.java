package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.Spread;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Rows a second of whole backfill jobs, and against two other jobs of the same source and
 * partitioning: one that drops the rows, and one that puts them into RocksDB. The three alternate;
 * a ratio is that of one round.
 */
@Command(
    name = "write",
    mixinStandardHelpOptions = true,
    description = {
      "Backfills generated rows into a dataset in a temporary directory, whole jobs on an embedded Flink:",
      "  bulk     the product: sort, write tables, upload, announce",
      "  shuffle  the same source and partitioning, then the rows are dropped",
      "  put      RocksDB.put as rows come; then flush, compact, upload, announce"
    })
final class WriteBench implements Callable<Integer> {

  private static final int QUICK_ROWS = 500_000;
  private static final int FULL_ROWS = 5_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--quick",
      description = "Fewer rows, and only 8 and 256 shards: under two minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there.")
  private @Nullable Path json;

  @Option(
      names = "--shards",
      split = ",",
      paramLabel = "N",
      description = "Numbers of shards (default: 8,64,256).")
  private @Nullable List<Integer> shards;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows a job (default: 5 M; quick: 500 000).")
  private @Nullable Long rows;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measured rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--jobs",
      split = ",",
      hidden = true,
      description = "Only these jobs, for profiling.")
  private List<WriteJob> jobs = List.of(WriteJob.values());

  @Override
  public Integer call() throws Exception {
    List<Integer> counts = shards != null ? shards : quick ? List.of(8, 256) : List.of(8, 64, 256);
    long rowsPerJob = rows != null ? rows : quick ? QUICK_ROWS : FULL_ROWS;
    if (rounds < 1 || rowsPerJob < 1) {
      throw new ParameterException(spec().commandLine(), "--rounds and --rows must be at least 1");
    }
    Map<String, Map<String, Number>> results = new LinkedHashMap<>();
    try (TemporaryDirectory temporary = TemporaryDirectory.create();
        WriteJobRunner runner = new WriteJobRunner(temporary.path())) {
      for (int count : counts) {
        results.put("write.bulk." + count, measure(runner, count, rowsPerJob));
      }
    }
    print(results, rowsPerJob);
    if (json != null) {
      BenchReport.of(results).write(json);
    }
    return 0;
  }

  private Map<String, Number> measure(WriteJobRunner runner, int shardCount, long rowsPerJob)
      throws Exception {
    Map<WriteJob, double[]> rates = new EnumMap<>(WriteJob.class);
    for (int round = -1; round < rounds; round++) {
      StringBuilder line = new StringBuilder();
      for (WriteJob job : jobs) {
        double rate = rowsPerJob / runner.seconds(job, shardCount, rowsPerJob);
        line.append(String.format(Locale.ROOT, "  %s %,.0f", job, rate));
        if (round >= 0) {
          rates.computeIfAbsent(job, j -> new double[rounds])[round] = rate;
        }
      }
      spec()
          .commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "%d shards, %s:%s rows/s%n",
              shardCount,
              round < 0 ? "warm-up" : "round " + (round + 1) + " of " + rounds,
              line);
    }
    return figures(rates, rowsPerJob);
  }

  private static Map<String, Number> figures(Map<WriteJob, double[]> rates, long rowsPerJob) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("rows", rowsPerJob);
    rates.forEach(
        (job, measured) -> {
          Spread spread = Spread.of(measured);
          String name = job == WriteJob.BULK ? "rows_per_s" : job + "_rows_per_s";
          figures.put(name, Math.round(spread.median()));
          figures.put(name + "_min", Math.round(spread.min()));
          figures.put(name + "_max", Math.round(spread.max()));
        });
    double[] bulk = rates.get(WriteJob.BULK);
    rates.forEach(
        (job, measured) -> {
          if (bulk != null && job != WriteJob.BULK) {
            double[] ratios = new double[bulk.length];
            for (int i = 0; i < ratios.length; i++) {
              ratios[i] = bulk[i] / measured[i];
            }
            Spread spread = Spread.of(ratios);
            figures.put("ratio_to_" + job, rounded(spread.median()));
            figures.put("ratio_to_" + job + "_min", rounded(spread.min()));
            figures.put("ratio_to_" + job + "_max", rounded(spread.max()));
          }
        });
    return figures;
  }

  private static double rounded(double ratio) {
    return Math.round(ratio * 1000) / 1000.0;
  }

  private void print(Map<String, Map<String, Number>> results, long rowsPerJob) {
    PrintWriter out = spec().commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%,d rows of 108 bytes a job, median (min to max) of %d rounds%n",
        rowsPerJob,
        rounds);
    String[] columns = {
      "rows_per_s", "shuffle_rows_per_s", "put_rows_per_s", "ratio_to_shuffle", "ratio_to_put"
    };
    out.printf("%-16s", "");
    for (String column : columns) {
      out.printf("%33s", column);
    }
    out.println();
    results.forEach(
        (name, figures) -> {
          out.printf("%-16s", name);
          for (String column : columns) {
            out.printf("%33s", cell(figures, column));
          }
          out.println();
        });
    out.flush();
  }

  private static String cell(Map<String, Number> figures, String column) {
    Number median = figures.get(column);
    if (median == null) {
      return "";
    }
    String format = median instanceof Double ? "%.2f (%.2f to %.2f)" : "%,d (%,d to %,d)";
    return String.format(
        Locale.ROOT, format, median, figures.get(column + "_min"), figures.get(column + "_max"));
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
