package io.shardyfusion.format;

import io.shardyfusion.routing.Sharding;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One shard of a snapshot, as the manifest lists it.
 *
 * @param shard its id
 * @param rows the number of live keys
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param bytes of its table files
 * @param files the number of its table files
 * @param minKey a lower bound of the stored keys, at most {@link Limits#MAX_KEY_BOUND_BYTES} long;
 *     null if unknown
 * @param maxKey an upper bound likewise
 * @param descriptor the digest of the shard's descriptor; {@link #descriptorObject()} is its key
 */
@RecordBuilder
public record ShardEntry(
    int shard,
    long rows,
    boolean rowsExact,
    long bytes,
    int files,
    @Nullable HexBytes minKey,
    @Nullable HexBytes maxKey,
    Sha256 descriptor)
    implements ShardEntryBuilder.With {

  /** Checks the ranges. */
  public ShardEntry {
    Checks.atLeast("id", shard, 0);
    Checks.atMost("id", shard, Sharding.MAX_SHARDS - 1);
    Checks.atLeast("rows", rows, 0);
    Checks.atLeast("bytes", bytes, 0);
    Checks.atLeast("files", files, 0);
    Checks.atMost("files", files, Limits.MAX_FILES_PER_SHARD);
    checkFilesMatch(rows, bytes, files);
    Checks.key("min_key", minKey, Limits.MAX_KEY_BOUND_BYTES);
    Checks.key("max_key", maxKey, Limits.MAX_KEY_BOUND_BYTES);
    Checks.order(minKey, maxKey);
  }

  /** A builder. */
  public static ShardEntryBuilder builder() {
    return ShardEntryBuilder.builder();
  }

  /** The entry of a shard whose descriptor has that content and digest. */
  public static ShardEntry of(ShardDescriptor shard, Sha256 descriptor) {
    return builder()
        .shard(shard.shard())
        .rows(shard.rows())
        .rowsExact(shard.rowsExact())
        .bytes(shard.bytes())
        .files(shard.files().size())
        .minKey(KeyBounds.lower(shard.minKey()))
        .maxKey(KeyBounds.upper(shard.maxKey()))
        .descriptor(descriptor)
        .build();
  }

  private static void checkFilesMatch(long rows, long bytes, int files) {
    if (files == 0 && bytes != 0) {
      throw new IllegalArgumentException("bytes must be 0 where files is 0, found " + bytes);
    }
    if (bytes < files) {
      throw new IllegalArgumentException(
          "bytes must be at least " + files + " where files is " + files + ", found " + bytes);
    }
    if (files == 0 && rows != 0) {
      throw new IllegalArgumentException(
          "files must be at least 1 where rows is " + rows + ", found 0");
    }
  }

  /** The key of the object that holds the shard's descriptor. */
  public String descriptorObject() {
    return Layout.descriptor(shard, descriptor);
  }
}
