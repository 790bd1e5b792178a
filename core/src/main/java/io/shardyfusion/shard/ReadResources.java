package io.shardyfusion.shard;

/** What the open databases of one reader share: one block cache. Closed after the last of them. Thread-safe. */
public final class ReadResources implements AutoCloseable {

  /** Resources with a block cache of that size. */
  public ReadResources(long blockCacheBytes) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Releases the cache. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("not yet");
  }
}
