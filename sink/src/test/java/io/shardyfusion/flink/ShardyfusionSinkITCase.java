package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.schema.ValueSchemas;
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

  /** The two modes on one dataset; values are the records that the schema describes. */
  @Test
  void theSchemaOfValuesIsRecordedAndAChangeThatReadersCannotTakeIsRefusedWhenItIsAppended()
      throws Exception {
    String uri = directory.resolve("typed").toUri().toString();
    ValueSchema number = avro("{\"name\":\"n\",\"type\":\"long\"}");
    ValueSchema more =
        avro("{\"name\":\"n\",\"type\":\"long\"},{\"name\":\"m\",\"type\":\"long\",\"default\":0}");
    StreamExecutionEnvironment env = environment(RuntimeExecutionMode.BATCH);
    typed(env, uri).valueSchema(number).append();
    env.execute();
    assertThat(recorded(uri)).isEqualTo(number);

    assertThatThrownBy(() -> typed(environment(RuntimeExecutionMode.BATCH), uri).append())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("version 1 records the value schema " + number)
        .hasMessageContaining("give it with valueSchema(…)")
        .hasMessageContaining("allowSchemaChange()");
    ShardyfusionSink<Long> changed =
        typed(environment(RuntimeExecutionMode.STREAMING), uri)
            .base(BaseSnapshot.CURRENT)
            .valueSchema(more);
    assertThatThrownBy(changed::append)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("rows that a continuous job keeps stay as the old schema wrote them")
        .hasMessageContaining("change the schema by a backfill");

    env = environment(RuntimeExecutionMode.BATCH);
    typed(env, uri).valueSchema(more).append();
    env.execute();
    assertThat(recorded(uri)).isEqualTo(more);
    env = environment(RuntimeExecutionMode.STREAMING);
    typed(env, uri).base(BaseSnapshot.CURRENT).valueSchema(more).append();
    env.execute();
    assertThat(recorded(uri)).isEqualTo(more);
    typed(environment(RuntimeExecutionMode.STREAMING), uri)
        .base(BaseSnapshot.CURRENT)
        .valueSchema(number)
        .allowSchemaChange()
        .append();
  }

  private static ValueSchema avro(String fields) {
    return ValueSchemas.of(
        ValueSchema.Kind.AVRO, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}");
  }

  private static StreamExecutionEnvironment environment(RuntimeExecutionMode mode) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
    env.setRuntimeMode(mode);
    env.enableCheckpointing(100);
    return env;
  }

  private static ShardyfusionSink<Long> typed(StreamExecutionEnvironment env, String dataset) {
    return ShardyfusionSink.forStream(env.fromSequence(1, 10))
        .dataset(dataset)
        .shards(2)
        .key(number -> number)
        .value(number -> new byte[] {(byte) (2 * number), 0});
  }

  private static ValueSchema recorded(String dataset) {
    try (ObjectStore store = ObjectStores.open(dataset, StoreOptions.defaults())) {
      Dataset published = new Dataset(store);
      return published.manifest(published.current().manifest()).valueSchema();
    }
  }
}
