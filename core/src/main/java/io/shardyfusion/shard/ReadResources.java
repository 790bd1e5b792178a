package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import org.rocksdb.Cache;
import org.rocksdb.Filter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/**
 * What the open databases of one reader share: one block cache. Closed after the last of them.
 * Thread-safe.
 */
public final class ReadResources implements AutoCloseable {

  static {
    RocksDB.loadLibrary();
  }

  private final Cache blockCache;
  private final Filter filter;
  private boolean closed;

  /**
   * Resources with a block cache of that size. Indexes and filters of open tables come on top: see
   * {@link ShardDatabase#tableMemoryBytes()}.
   *
   * @throws InvalidRequestException if the size is negative
   */
  public ReadResources(long blockCacheBytes) {
    if (blockCacheBytes < 0) {
      throw new InvalidRequestException(
          "the block cache must have at least 0 bytes, found " + blockCacheBytes);
    }
    blockCache = new LRUCache(blockCacheBytes);
    filter = TableOptions.newFilter();
  }

  /**
   * The bytes in the block cache now, those in use included.
   *
   * @throws ClosedException if it was closed
   */
  public synchronized long blockCacheUsageBytes() {
    checkOpen();
    return blockCache.getUsage();
  }

  /** Sets up {@code options} for reading with these resources. */
  synchronized void applyTo(Options options) {
    checkOpen();
    TableOptions.forReading(options, blockCache, filter);
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("the reader's shared resources are closed; open a new reader");
    }
  }

  /** Releases the cache. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    blockCache.close();
    filter.close();
  }
}
