package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The cost of a refresh in bytes, time and requests; and the requests of backfills and cold reads.
 */
@Command(
    name = "refresh",
    mixinStandardHelpOptions = true,
    description = {
      "Refreshes a reader of generated rows:",
      "  refresh.cost   bytes against those of the new files; time against a plain download of them",
      "                 by as many threads",
      "  cost.requests  of backfills, of a cold read of all shards, of a refresh with nothing new,",
      "                 and of one with one shard changed"
    })
final class RefreshBench implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--quick", description = "Fewer and smaller shards: under two minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there.")
  private @Nullable Path json;

  @Option(
      names = "--store",
      paramLabel = "KIND",
      description = "s3 (a server in a process of its own) or local (default: ${DEFAULT-VALUE}).")
  private BenchStore.Kind store = BenchStore.Kind.S3;

  @Option(
      names = "--shards",
      paramLabel = "N",
      description = "Shards of the dataset (default: ${DEFAULT-VALUE}).")
  private int shards = 64;

  @Option(
      names = "--changed",
      paramLabel = "N",
      description = "Shards that a refresh finds changed (default: an eighth of all).")
  private @Nullable Integer changed;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows of the dataset (default: 20 M; quick: 500 000).")
  private @Nullable Long rows;

  @Option(
      names = "--backfills",
      split = ",",
      paramLabel = "N",
      description =
          "Shards of the backfills whose requests are counted (default: 8,64,256; quick: 8,64).")
  private @Nullable List<Integer> backfills;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measured rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Override
  public Integer call() throws Exception {
    long count = rows != null ? rows : quick ? 500_000 : 20_000_000;
    int changedShards = changed != null ? changed : Math.max(1, shards / 8);
    if (rounds < 1 || count < 1 || changedShards < 1 || changedShards > shards) {
      throw new ParameterException(
          spec().commandLine(),
          "--rounds and --rows must be at least 1, --changed from 1 to --shards");
    }
    Map<String, Figures> results = new LinkedHashMap<>();
    try (TemporaryDirectory temporary = TemporaryDirectory.create();
        BenchStore stores = new BenchStore(store, temporary.path())) {
      Path directory = temporary.path();
      results.put(
          "refresh.cost",
          new RefreshCost(stores, Files.createDirectory(directory.resolve("cost")))
              .run(shards, changedShards, count, rounds));
      results.put(
          "cost.requests",
          new RequestCounts(stores, Files.createDirectory(directory.resolve("counts")))
              .run(
                  backfills != null ? backfills : quick ? List.of(8, 64) : List.of(8, 64, 256),
                  shards,
                  Math.min(count, 100_000)));
    }
    results.forEach(
        (name, figures) -> {
          Figures.print(spec().commandLine().getOut(), Map.of(name, figures), figures.names());
          spec().commandLine().getOut().println();
        });
    spec().commandLine().getOut().flush();
    if (json != null) {
      BenchReport.ofFigures(results).write(json);
    }
    return 0;
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
