package io.shardyfusion.shard;

/** The algorithm by which a block cache keeps what is in use. */
public enum BlockCacheKind {
  /** Least recently used, in parts that each have a lock: the default, for any load. */
  LRU,
  /**
   * RocksDB's HyperClockCache, which takes no lock in a lookup: for many threads that read at the
   * same time.
   */
  HYPER_CLOCK
}
