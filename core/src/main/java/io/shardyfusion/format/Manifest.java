package io.shardyfusion.format;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * The list of a snapshot's shards, with all that a reader must know to serve it. Immutable.
 *
 * @param manifestId 32 lower-case hexadecimal digits
 * @param parent the snapshot that this one replaces, or null
 * @param runId the run that published it, 32 lower-case hexadecimal digits
 * @param createdAt by the writer's clock; milliseconds count
 * @param writer the software
 * @param checkpointId the Flink checkpoint it stands for, or null in a backfill
 * @param watermark the event time it is complete up to, or null
 * @param sharding the function from keys to shards
 * @param keyEncoding how keys are stored
 * @param valueFormat what values hold
 * @param engine the RocksDB that wrote it, and how
 * @param stats the sums
 * @param custom the user's own entries
 * @param shards one entry a shard, in the order of their ids, empty shards too
 */
public record Manifest(
    String manifestId,
    @Nullable ManifestRef parent,
    String runId,
    Instant createdAt,
    ManifestWriter writer,
    @Nullable Long checkpointId,
    @Nullable Instant watermark,
    Sharding sharding,
    KeyEncoding keyEncoding,
    ValueFormat valueFormat,
    TableEngine engine,
    SnapshotStats stats,
    Map<String, String> custom,
    List<ShardEntry> shards) {

  /** Checks that the parts agree with each other, and copies the collections. */
  public Manifest {
    shards = List.copyOf(shards);
    custom = Collections.unmodifiableMap(new TreeMap<>(custom));
    Checks.id("manifest_id", manifestId);
    Checks.id("run_id", runId);
    if (checkpointId != null) {
      Checks.atLeast("checkpoint_id", checkpointId, 0);
    }
    checkCustom(custom);
    if (shards.size() != sharding.numShards()) {
      throw new IllegalArgumentException(
          "shards must have one entry for each of " + sharding.numShards() + " shards, found " + shards.size());
    }
    for (int i = 0; i < shards.size(); i++) {
      if (shards.get(i).shard() != i) {
        throw new IllegalArgumentException(
            "shards[" + i + "].id must be " + i + ", found " + shards.get(i).shard());
      }
    }
    checkSum("rows", stats.rows(), shards.stream().mapToLong(ShardEntry::rows).sum());
    checkSum("bytes", stats.bytes(), shards.stream().mapToLong(ShardEntry::bytes).sum());
    checkSum("files", stats.files(), shards.stream().mapToLong(ShardEntry::files).sum());
  }

  /** The key of this manifest's object. */
  public String object() {
    return Layout.manifest(createdAt, manifestId);
  }

  private static void checkCustom(Map<String, String> custom) {
    Checks.atMost("the number of custom entries", custom.size(), Limits.MAX_CUSTOM_ENTRIES);
    custom.forEach(
        (name, value) -> {
          Checks.atMost("the length of a custom name", name.length(), Limits.MAX_CUSTOM_NAME);
          Checks.atMost("the length of custom." + name, value.length(), Limits.MAX_CUSTOM_VALUE);
        });
  }

  private static void checkSum(String field, long stated, long sum) {
    if (stated != sum) {
      throw new IllegalArgumentException(
          "stats." + field + " is " + stated + ", but the shards' " + field + " add up to " + sum);
    }
  }
}
