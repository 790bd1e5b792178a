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
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShardyfusionSinkITCase {

  @TempDir private Path directory;

  @Test
  void aBoundedStreamBecomesOneVersionWithEveryRowInItsShard() throws Exception {
    String dataset = directory.resolve("numbers").toUri().toString();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    String runId =
        ShardyfusionSink.forStream(env.fromSequence(1, 10_000))
            .dataset(dataset)
            .shards(7)
            .key(number -> number)
            .value(number -> ("value of " + number).getBytes(StandardCharsets.UTF_8))
            .deleteWhen(number -> number % 1000 == 0)
            .custom(Map.of("owner", "tests"))
            .append();
    env.execute();

    try (ObjectStore store = ObjectStores.open(dataset, StoreOptions.defaults())) {
      Dataset published = new Dataset(store);
      PointerEntry entry = published.current();
      Manifest manifest = published.manifest(entry.manifest());
      assertThat(entry.version()).isEqualTo(1);
      assertThat(entry.runId()).isEqualTo(runId);
      assertThat(manifest.stats().rows()).isEqualTo(9_990);
      assertThat(manifest.custom()).containsEntry("owner", "tests");
      Map<Long, String> rows =
          new Snapshots(published, directory.resolve("read")).longRows(manifest);
      assertThat(rows).hasSize(9_990).containsEntry(999L, "value of 999").doesNotContainKey(1000L);
    }
  }
}
