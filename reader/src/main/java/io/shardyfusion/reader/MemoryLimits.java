package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.shard.BlockCacheKind;
import io.shardyfusion.shard.ReadTuning;

/**
 * The limits of a reader's native memory and file handles, for all its shards and versions
 * together. Immutable.
 *
 * @param blockCacheBytes the size of the cache of uncompressed blocks, used as it fills; at least
 *     {@value #MIN_BLOCK_CACHE_BYTES}. Indexes and filters of open tables come on top. Tables of
 *     the profile {@code latency} are mapped into memory instead, and take no room in it
 * @param blockCache how the block cache is kept
 * @param maxOpenFiles how many table files may be open at the same time, at least 20. It is shared
 *     evenly among the shards of a version, and each may have 20 whatever this says. A shard that
 *     has more files than its share opens and closes them as lookups need them, which makes a
 *     lookup several times slower
 */
public record MemoryLimits(long blockCacheBytes, BlockCacheKind blockCache, int maxOpenFiles) {

  /** The smallest block cache: 1 MiB. */
  public static final long MIN_BLOCK_CACHE_BYTES = 1L << 20;

  private static final MemoryLimits DEFAULTS =
      new MemoryLimits(128L << 20, BlockCacheKind.LRU, 10_000);

  /**
   * Checks the ranges.
   *
   * @throws InvalidRequestException if one is out of its range
   */
  public MemoryLimits {
    if (blockCacheBytes < MIN_BLOCK_CACHE_BYTES) {
      throw new InvalidRequestException(
          "blockCacheBytes must be at least "
              + MIN_BLOCK_CACHE_BYTES
              + ", found "
              + blockCacheBytes);
    }
    if (maxOpenFiles < ReadTuning.MIN_OPEN_FILES) {
      throw new InvalidRequestException(
          "maxOpenFiles must be at least " + ReadTuning.MIN_OPEN_FILES + ", found " + maxOpenFiles);
    }
  }

  /** An LRU block cache of 128 MiB, and 10 000 open files. */
  public static MemoryLimits defaults() {
    return DEFAULTS;
  }

  /** These limits with {@link #blockCacheBytes}. */
  public MemoryLimits withBlockCacheBytes(long bytes) {
    return new MemoryLimits(bytes, blockCache, maxOpenFiles);
  }

  /** These limits with {@link #blockCache}. */
  public MemoryLimits withBlockCache(BlockCacheKind kind) {
    return new MemoryLimits(blockCacheBytes, kind, maxOpenFiles);
  }

  /** These limits with {@link #maxOpenFiles}. */
  public MemoryLimits withMaxOpenFiles(int files) {
    return new MemoryLimits(blockCacheBytes, blockCache, files);
  }
}
