package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Continuous jobs in one process: what their versions hold. */
final class ContinuousPublishingITCase {

  @TempDir private Path directory;

  @Test
  void aBoundedStreamEndsWithAVersionThatHoldsEverything() throws Exception {
    String uri = directory.resolve("numbers").toUri().toString();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
    env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
    env.enableCheckpointing(200);
    ShardyfusionSink.forStream(
            env.fromSource(
                    new DataGeneratorSource<>(
                        i -> i, 10_000, RateLimiterStrategy.perCheckpoint(2_000), Types.LONG),
                    WatermarkStrategy.noWatermarks(),
                    "numbers")
                .setParallelism(1))
        .dataset(uri)
        .shards(7)
        .key(number -> number % 5_000)
        .value(number -> ("value of " + number).getBytes(StandardCharsets.UTF_8))
        .deleteWhen(number -> number % 1000 == 0)
        .append();
    env.execute();

    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      Dataset dataset = new Dataset(store);
      PointerEntry last = dataset.current();
      Manifest manifest = dataset.manifest(last.manifest());
      Map<Long, String> expected = new TreeMap<>();
      for (long i = 0; i < 10_000; i++) {
        if (i % 1000 == 0) {
          expected.remove(i % 5_000);
        } else {
          expected.put(i % 5_000, "value of " + i);
        }
      }
      assertThat(last.version()).as("one for each 2 000 rows").isGreaterThanOrEqualTo(5);
      assertThat(new Snapshots(dataset, directory.resolve("read")).longRows(manifest))
          .isEqualTo(expected);
    }
  }
}
