package io.shardyfusion.reader;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.TableEngine;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The facts that a snapshot states about itself.
 *
 * @param version the dataset's number for it
 * @param manifest its manifest
 * @param runId the run that published it
 * @param createdAt when it was made, by the writer's clock
 * @param announcedAt when it got its version, by the writer's clock
 * @param sharding the function from keys to shards
 * @param keyEncoding how keys are stored, which also says their type
 * @param valueFormat what values hold
 * @param valueSchema the schema that values were written by, or null where that is not recorded
 * @param rows in all shards
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param bytes of all table files
 * @param files the number of table files
 * @param checkpointId the Flink checkpoint that it stands for, or null for a backfill
 * @param watermark the event time up to which it is complete, or null if that is not known
 * @param writer the software that wrote it
 * @param engine the RocksDB that wrote its tables
 * @param custom the publisher's own entries
 */
@RecordBuilder
@RecordBuilder.Options(enableWither = false)
public record SnapshotInfo(
    long version,
    ManifestRef manifest,
    String runId,
    Instant createdAt,
    Instant announcedAt,
    Sharding sharding,
    KeyEncoding keyEncoding,
    ValueFormat valueFormat,
    @Nullable ValueSchema valueSchema,
    long rows,
    boolean rowsExact,
    long bytes,
    long files,
    @Nullable Long checkpointId,
    @Nullable Instant watermark,
    ManifestWriter writer,
    TableEngine engine,
    Map<String, String> custom) {

  /** Copies the map. */
  public SnapshotInfo {
    custom = Collections.unmodifiableMap(new TreeMap<>(custom));
  }

  /** A builder of facts without custom entries. */
  public static SnapshotInfoBuilder builder() {
    return SnapshotInfoBuilder.builder().custom(Map.of());
  }

  /** The number of shards; their ids are {@code [0, numShards)}. */
  public int numShards() {
    return sharding.numShards();
  }

  static SnapshotInfo of(PointerEntry entry, Manifest manifest) {
    return builder()
        .version(entry.version())
        .manifest(entry.manifest())
        .runId(manifest.runId())
        .createdAt(manifest.createdAt())
        .announcedAt(entry.announcedAt())
        .sharding(manifest.sharding())
        .keyEncoding(manifest.keyEncoding())
        .valueFormat(manifest.valueFormat())
        .valueSchema(manifest.valueSchema())
        .rows(manifest.stats().rows())
        .rowsExact(manifest.stats().rowsExact())
        .bytes(manifest.stats().bytes())
        .files(manifest.stats().files())
        .checkpointId(manifest.checkpointId())
        .watermark(manifest.watermark())
        .writer(manifest.writer())
        .engine(manifest.engine())
        .custom(manifest.custom())
        .build();
  }
}
