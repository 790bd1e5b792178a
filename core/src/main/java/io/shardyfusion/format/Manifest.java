package io.shardyfusion.format;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The list of a snapshot's shards, with all that a reader must know to serve it. Immutable.
 *
 * @param manifestId 32 lower-case hexadecimal digits
 * @param parent the snapshot that this one replaces, or null
 * @param runId the run that published it, 32 lower-case hexadecimal digits
 * @param createdAt by the writer's clock; cut to the millisecond
 * @param writer the software
 * @param checkpointId the Flink checkpoint it stands for, or null in a backfill
 * @param watermark the event time it is complete up to, or null; cut to the millisecond
 * @param sharding the function from keys to shards
 * @param keyEncoding how keys are stored
 * @param valueFormat what values hold
 * @param valueSchema the schema that values were written by, or null where that is not recorded
 * @param engine the RocksDB that wrote it, and how
 * @param stats the sums
 * @param input what was read for it, or null where that is not known: of a backfill, and of a job
 *     that began before its writer counted
 * @param custom the user's own entries
 * @param shards one entry a shard, in the order of their ids, empty shards too
 */
@RecordBuilder
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
    @Nullable ValueSchema valueSchema,
    TableEngine engine,
    SnapshotStats stats,
    @Nullable InputCounts input,
    Map<String, String> custom,
    List<ShardEntry> shards)
    implements ManifestBuilder.With {

  /** Checks that the parts agree with each other, and copies the collections. */
  public Manifest {
    shards = List.copyOf(shards);
    custom = Collections.unmodifiableMap(new TreeMap<>(custom));
    Checks.id("manifest_id", manifestId);
    Checks.id("run_id", runId);
    if (checkpointId != null) {
      Checks.atLeast("checkpoint_id", checkpointId, 0);
    }
    createdAt = Timestamps.millis("created_at", createdAt);
    watermark = watermark == null ? null : Timestamps.millis("watermark", watermark);
    checkCustom(custom);
    if (shards.size() != sharding.numShards()) {
      throw new IllegalArgumentException(
          "shards must have one entry for each of "
              + sharding.numShards()
              + " shards, found "
              + shards.size());
    }
    for (int i = 0; i < shards.size(); i++) {
      if (shards.get(i).shard() != i) {
        throw new IllegalArgumentException(
            "shards[" + i + "].id must be " + i + ", found " + shards.get(i).shard());
      }
    }
    checkSum("rows", stats.rows(), shards, ShardEntry::rows);
    checkSum("bytes", stats.bytes(), shards, ShardEntry::bytes);
    checkSum("files", stats.files(), shards, ShardEntry::files);
    if (stats.rowsExact() && !shards.stream().allMatch(ShardEntry::rowsExact)) {
      throw new IllegalArgumentException(
          "stats.rows_exact must be false where a shard's rows_exact is, found true");
    }
  }

  /** A builder of a manifest without custom entries. */
  public static ManifestBuilder builder() {
    return ManifestBuilder.builder().custom(Map.of());
  }

  /** The key of this manifest's object. */
  public String object() {
    return Layout.manifest(createdAt, manifestId);
  }

  private static void checkCustom(Map<String, String> custom) {
    Checks.size("custom", "entries", custom.size(), Limits.MAX_CUSTOM_ENTRIES);
    custom.forEach(
        (name, value) -> {
          Checks.text("custom: a name", name, Limits.MAX_CUSTOM_NAME);
          Checks.possiblyEmptyText(JsonFields.join("custom", name), value, Limits.MAX_CUSTOM_VALUE);
        });
  }

  private static void checkSum(
      String field, long stated, List<ShardEntry> shards, ToLongFunction<ShardEntry> summand) {
    long sum = Checks.sum("shards: the " + field, shards, summand);
    if (stated != sum) {
      throw new IllegalArgumentException(
          "stats." + field + " is " + stated + ", but the shards' " + field + " add up to " + sum);
    }
  }
}
