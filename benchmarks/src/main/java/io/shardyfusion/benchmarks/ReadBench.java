package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.ColdGet;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.GeneratedDataset;
import io.shardyfusion.cli.measuring.GeneratedRows;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotView;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Lookups through a reader, against bare RocksDB on the very same open databases; what a cold start
 * fetches; and the tail of latencies while versions are swapped.
 */
@Command(
    name = "read",
    mixinStandardHelpOptions = true,
    description = {
      "Looks generated rows up in a dataset in a temporary directory:",
      "  read.get, read.get_missing, read.multi_get_100",
      "                      against RocksDB on the same open databases, which is given stored keys",
      "                      and the database of each; the worst of all numbers of shards and threads",
      "  read.cold_get       bytes that an empty cache fetches to get one key",
      "  read.under_refresh  99.9th percentile from 10 threads, against that without refreshes"
    })
final class ReadBench implements Callable<Integer> {

  private static final int BATCH = 100;
  private static final int MIN_REQUESTS = 800;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--quick", description = "100 000 rows, and shorter rounds: under two minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there.")
  private @Nullable Path json;

  @Option(
      names = "--shards",
      split = ",",
      paramLabel = "N",
      description = "Numbers of shards (default: ${DEFAULT-VALUE}).",
      defaultValue = "8,64")
  private List<Integer> shards = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads (default: 1 and one a core).")
  private @Nullable List<Integer> threads;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows, and keys to look up in a round (default: 1 M; quick: 100 000).")
  private @Nullable Integer rows;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measured rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of read.under_refresh, each way and round (default: 10; quick: 2).")
  private @Nullable Integer seconds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these benchmarks, for example read.get.")
  private @Nullable List<String> only;

  @Override
  public Integer call() throws Exception {
    int wanted = rows != null ? rows : quick ? 100_000 : 1_000_000;
    int count = wanted - wanted % BATCH;
    if (rounds < 1 || count < MIN_REQUESTS) {
      throw new ParameterException(
          spec().commandLine(), "--rounds must be at least 1, --rows at least " + MIN_REQUESTS);
    }
    Map<String, Figures> results = new LinkedHashMap<>();
    try (TemporaryDirectory temporary = TemporaryDirectory.create()) {
      Path directory = temporary.path();
      for (int number : new TreeSet<>(shards)) {
        measure(directory.resolve(Integer.toString(number)), number, count, results);
      }
    }
    print(results, count);
    if (json != null) {
      BenchReport.ofFigures(results).write(json);
    }
    return 0;
  }

  private void measure(Path directory, int number, int count, Map<String, Figures> results)
      throws Exception {
    Files.createDirectories(directory);
    String uri = directory.resolve("dataset").toUri().toString();
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      GeneratedDataset dataset = new GeneratedDataset(store, number, count, directory);
      dataset.publishAll();
      race(uri, dataset, directory.resolve("cache"), results);
      boolean last = number == new TreeSet<>(shards).last();
      if (last && wanted("read.cold_get")) {
        progress("read.cold_get");
        results.put(
            "read.cold_get",
            ColdGet.run(
                () -> ObjectStores.open(uri, StoreOptions.defaults()), dataset, directory, rounds));
      }
      if (last && wanted("read.under_refresh")) {
        progress("read.under_refresh");
        int each = seconds != null ? seconds : quick ? 2 : 10;
        results.put(
            "read.under_refresh",
            new UnderRefresh(dataset, uri, each).run(directory.resolve("cache"), rounds));
      }
    }
    FileUtils.deleteDirectory(directory.toFile());
  }

  private void race(String uri, GeneratedDataset dataset, Path cache, Map<String, Figures> results)
      throws Exception {
    int count = (int) dataset.rows();
    long[] there = keys(0, count);
    long[] missing = keys(count, count);
    long valueBytes = (long) count * (GeneratedDataset.ROW_BYTES - Long.BYTES);
    List<Integer> numbers =
        threads != null
            ? threads
            : List.copyOf(new TreeSet<>(List.of(1, Runtime.getRuntime().availableProcessors())));
    try (ShardedReader reader =
            ShardedReader.open(
                ReaderOptions.builder(uri)
                    .cacheDirectory(cache)
                    .refreshInterval(Duration.ZERO)
                    .build());
        SnapshotView view = reader.view()) {
      RocksDB[] databases = OpenDatabases.of(reader, view);
      for (int number : numbers) {
        try (LookupRace race = new LookupRace(number)) {
          if (wanted("read.get")) {
            put(
                "read.get",
                dataset,
                race.run(
                    Contender.gets(reader, there),
                    Contender.gets(databases, dataset.sharding(), there),
                    count,
                    1,
                    valueBytes,
                    rounds),
                results);
          }
          if (wanted("read.get_missing")) {
            put(
                "read.get_missing",
                dataset,
                race.run(
                    Contender.gets(reader, missing),
                    Contender.gets(databases, dataset.sharding(), missing),
                    count,
                    1,
                    0,
                    rounds),
                results);
          }
          if (wanted("read.multi_get_100")) {
            put(
                "read.multi_get_100",
                dataset,
                race.run(
                    Contender.multiGets(reader, there, BATCH),
                    Contender.multiGets(databases, dataset.sharding(), there, BATCH),
                    count / BATCH,
                    BATCH,
                    valueBytes,
                    rounds),
                results);
          }
        }
      }
    }
  }

  /** Different keys, in random order: all of the rows from {@code first} on. */
  private static long[] keys(long first, int count) {
    long[] keys = LongStream.range(first, first + count).map(GeneratedRows::key).toArray();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      long key = keys[i];
      keys[i] = keys[other];
      keys[other] = key;
    }
    return keys;
  }

  /** Puts the figures under a name of their own, and under {@code name} if they are the worst. */
  private void put(
      String name, GeneratedDataset dataset, Figures figures, Map<String, Figures> results) {
    figures.put("shards", dataset.shards()).put("rows", dataset.rows());
    String full = name + "." + dataset.shards() + "." + (int) figures.get("threads");
    progress(full + ": " + figures.get("ratio_to_rocksdb") + " times RocksDB");
    results.put(full, figures);
    results.merge(
        name, figures, (a, b) -> a.get("ratio_to_rocksdb") >= b.get("ratio_to_rocksdb") ? a : b);
  }

  private boolean wanted(String name) {
    return only == null || only.contains(name);
  }

  private void progress(String message) {
    spec().commandLine().getErr().println(message);
  }

  private void print(Map<String, Figures> results, int count) {
    Map<String, Figures> lookups = new LinkedHashMap<>(results);
    lookups.values().removeIf(f -> !f.asMap().containsKey("ratio_to_rocksdb"));
    var out = spec().commandLine().getOut();
    if (!lookups.isEmpty()) {
      out.printf(
          Locale.ROOT,
          "%,d rows of %d bytes, median (min to max) of %d rounds; NAME.shards.threads%n",
          count,
          GeneratedDataset.ROW_BYTES,
          rounds);
      Figures.print(
          out,
          lookups,
          List.of(
              "ratio_to_rocksdb",
              "p99_ratio",
              "ns_per_key",
              "rocksdb_ns_per_key",
              "p50_ns",
              "p95_ns",
              "p99_ns",
              "allocated_bytes_per_key"));
    }
    table(
        results,
        "read.cold_get",
        List.of("bytes_ratio", "bytes_fetched", "gets", "open_and_get_ms"));
    table(
        results,
        "read.under_refresh",
        List.of("ratio", "errors", "swaps", "p999_ns", "quiet_p999_ns", "p50_ns"));
  }

  private void table(Map<String, Figures> results, String name, List<String> columns) {
    Figures figures = results.get(name);
    if (figures != null) {
      spec().commandLine().getOut().println();
      Figures.print(spec().commandLine().getOut(), Map.of(name, figures), columns);
    }
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
