package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.shard.rocksdb.RocksDbLibrary;
import io.shardyfusion.shard.rocksdb.TableOptions;
import org.rocksdb.Cache;
import org.rocksdb.Filter;
import org.rocksdb.HyperClockCache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.slf4j.LoggerFactory;

/**
 * The resources that the open databases of one reader share: one block cache. Closed after the last
 * of them. Thread-safe.
 */
public final class ReadResources implements AutoCloseable {

  private final Cache blockCache;
  private final Filter filter;

  /** Made once: a lookup without it makes its own, which costs a tenth of that of a missing key. */
  private final ReadOptions lookupOptions;

  private boolean closed;

  /**
   * Resources with an {@link BlockCacheKind#LRU} block cache of that size.
   *
   * @throws InvalidRequestException if the size is negative
   */
  public ReadResources(long blockCacheBytes) {
    this(BlockCacheKind.LRU, blockCacheBytes);
  }

  /**
   * Resources with a block cache of that size. Indexes and filters of open tables come on top: see
   * {@link ShardDatabase#tableMemoryBytes()}.
   *
   * @throws InvalidRequestException if the size is negative
   * @throws io.shardyfusion.StorageException if RocksDB's native library cannot be loaded
   */
  public ReadResources(BlockCacheKind kind, long blockCacheBytes) {
    if (blockCacheBytes < 0) {
      throw new InvalidRequestException(
          "the block cache must have at least 0 bytes, found " + blockCacheBytes);
    }
    RocksDbLibrary.load();
    blockCache = newCache(kind, blockCacheBytes);
    filter = TableOptions.newFilter();
    lookupOptions = new ReadOptions();
  }

  private static Cache newCache(BlockCacheKind kind, long bytes) {
    if (kind == BlockCacheKind.LRU) {
      return new LRUCache(bytes);
    }
    try {
      // No estimate of a block's size: the cache's table grows with what it holds.
      return new HyperClockCache(bytes, 0, -1, false);
    } catch (LinkageError e) {
      LoggerFactory.getLogger(ReadResources.class)
          .warn(
              "event=block_cache_kind_unavailable kind={} instead={} rocksdb={} error=\"{}\"",
              kind,
              BlockCacheKind.LRU,
              TableOptions.engineVersion(),
              e.toString());
      return new LRUCache(bytes);
    }
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

  /** The options of every lookup; they live as long as this does. */
  ReadOptions lookupOptions() {
    return lookupOptions;
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
    lookupOptions.close();
  }
}
