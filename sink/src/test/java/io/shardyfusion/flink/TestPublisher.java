package io.shardyfusion.flink;

import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.RunMode;
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
            Manifest.builder()
                .manifestId("f".repeat(32))
                .runId("9".repeat(32))
                .createdAt(TestSettings.STARTED)
                .writer(new ManifestWriter("test", "1", "1", RunMode.BATCH))
                .sharding(new HashSharding(shards.size()))
                .keyEncoding(KeyEncoding.I64)
                .valueFormat(ValueFormat.BYTES)
                .engine(ShardBuilder.engine(TableProfile.BALANCED))
                .stats(stats)
                .shards(List.copyOf(shards))
                .build());
  }
}
