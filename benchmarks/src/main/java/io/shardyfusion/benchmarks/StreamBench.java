package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.GeneratedRows;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.job.embedded.EmbeddedCluster;
import io.shardyfusion.job.embedded.EmbeddedFlink;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Uploads of a continuous job, against what changed. A backfill first; then a job on top of it
 * whose every checkpoint updates 1 % of the rows, uniformly.
 */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = {
      "Updates 1 %% of the rows of a backfilled dataset per checkpoint, on an embedded Flink, and compares",
      "the bytes of the uploaded table files with the bytes of the changed records."
    })
final class StreamBench implements Callable<Integer> {

  private static final int RECORD_BYTES = 108;
  private static final long CHECKPOINT_MILLIS = 50;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--quick", description = "100 000 rows: under two minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there.")
  private @Nullable Path json;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows of the dataset (default: 1 M; quick: 100 000).")
  private @Nullable Long rows;

  @Option(names = "--shards", paramLabel = "N", description = "Shards (default: 8).")
  private int shards = 8;

  @Option(
      names = "--checkpoints",
      paramLabel = "N",
      description = "Checkpoints with updates (default: 100).")
  private int checkpoints = 100;

  @Override
  public Integer call() throws Exception {
    long count = rows != null ? rows : quick ? 100_000 : 1_000_000;
    try (TemporaryDirectory temporary = TemporaryDirectory.create()) {
      Path directory = temporary.path();
      String uri = directory.resolve("dataset").toUri().toString();
      backfill(uri, count);
      update(uri, count, (int) (count / 100));
      Map<String, Number> figures = figures(uri, count / 100 * checkpoints);
      print("stream.amplification", figures);
      if (json != null) {
        BenchReport.of(Map.of("stream.amplification", figures)).write(json);
      }
    }
    return 0;
  }

  private void backfill(String uri, long count) throws Exception {
    try (EmbeddedCluster flink = EmbeddedCluster.of(EmbeddedFlink.configuration(null))) {
      StreamExecutionEnvironment environment = flink.environment();
      sink(records(environment, count, n -> n, RateLimiterStrategy.noOp()), uri).append();
      environment.execute();
    }
  }

  private void update(String uri, long count, int perCheckpoint) throws Exception {
    Configuration flink = new Configuration();
    flink.addAll(EmbeddedFlink.configuration(null));
    flink.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    try (EmbeddedCluster cluster = EmbeddedCluster.of(flink)) {
      StreamExecutionEnvironment environment = cluster.environment();
      environment.enableCheckpointing(CHECKPOINT_MILLIS);
      long updates = (long) perCheckpoint * checkpoints;
      DataStream<Long> records =
          records(
              environment,
              updates,
              // A permutation of the rows for each of them: multiplying by a prime that does not
              // divide their number.
              n -> (n * 7_368_787L + n / count) % count,
              RateLimiterStrategy.perCheckpoint(perCheckpoint));
      sink(records, uri).base(BaseSnapshot.CURRENT).append();
      environment.execute();
    }
  }

  private static DataStream<Long> records(
      StreamExecutionEnvironment environment,
      long count,
      GeneratorFunction<Long, Long> row,
      RateLimiterStrategy<?> rate) {
    return environment
        .fromSource(
            new DataGeneratorSource<>(row, count, rate, Types.LONG),
            WatermarkStrategy.noWatermarks(),
            "rows")
        .setParallelism(1);
  }

  private ShardyfusionSink<Long> sink(DataStream<Long> records, String uri) {
    return ShardyfusionSink.forStream(records)
        .dataset(uri)
        .shards(shards)
        .key(GeneratedRows::key)
        .value(GeneratedRows::value);
  }

  private static Map<String, Number> figures(String uri, long updates) {
    long versions = 0;
    long uploaded = 0;
    int largest = 0;
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      Dataset dataset = new Dataset(store);
      ManifestRef ref = dataset.current().manifest();
      while (ref != null) {
        Manifest manifest = dataset.manifest(ref);
        if (manifest.writer().mode() == RunMode.STREAMING) {
          versions++;
          uploaded += manifest.stats().newBytes();
          largest =
              Math.max(
                  largest, manifest.shards().stream().mapToInt(ShardEntry::files).max().orElse(0));
        }
        ref = manifest.parent();
      }
    }
    long changed = updates * RECORD_BYTES;
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("versions", versions);
    figures.put("records", updates);
    figures.put("bytes_changed", changed);
    figures.put("bytes_uploaded", uploaded);
    figures.put("ratio", Math.round(1000.0 * uploaded / changed) / 1000.0);
    figures.put("files_per_shard_max", largest);
    return figures;
  }

  private void print(String name, Map<String, Number> figures) {
    PrintWriter out = spec().commandLine().getOut();
    StringBuilder head = new StringBuilder(" ".repeat(name.length()));
    StringBuilder row = new StringBuilder(name);
    figures.forEach(
        (column, figure) -> {
          int width = Math.max(column.length(), String.valueOf(figure).length()) + 2;
          head.append(String.format(Locale.ROOT, "%" + width + "s", column));
          row.append(String.format(Locale.ROOT, "%" + width + "s", figure));
        });
    out.println(head);
    out.println(row);
    out.flush();
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
