package io.shardyfusion.flink;

import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.ObjectStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Stores manifests of shards that are in a store, without the sink. */
public final class TestPublisher {

  private TestPublisher() {}

  public static ManifestRef manifest(ObjectStore store, Collection<ShardEntry> shards) {
    SnapshotStats stats =
        new SnapshotStats(
            shards.stream().mapToLong(ShardEntry::rows).sum(),
            shards.stream().allMatch(ShardEntry::rowsExact),
            shards.stream().mapToLong(ShardEntry::bytes).sum(),
            shards.stream().mapToLong(ShardEntry::files).sum(),
            0,
            0);
    return new Publisher(store)
        .store(
            new Manifest(
                "f".repeat(32),
                null,
                "9".repeat(32),
                TestSettings.STARTED,
                new ManifestWriter("test", "1", "1", ManifestWriter.BATCH),
                null,
                null,
                new HashSharding(shards.size()),
                KeyEncoding.I64,
                ValueFormat.BYTES,
                ShardBuilder.engine(TableProfile.BALANCED),
                stats,
                Map.of(),
                List.copyOf(shards)));
  }
}
