package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.rocksdb.RocksDbLibrary;
import io.shardyfusion.shard.rocksdb.TableOptions;
import org.rocksdb.Cache;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.Env;
import org.rocksdb.Filter;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.Priority;
import org.rocksdb.WriteBufferManager;

/**
 * The resources that the open databases of one writer share: one budget of native memory, for their
 * write buffers, indexes and filters, and RocksDB's background threads. Closed after the last of
 * them. Thread-safe.
 *
 * <p>The options here decide how many bytes a change costs to upload, and how many files a shard
 * has. Measured with 1 M rows in 8 shards and 100 checkpoints of 1 % uniform updates, universal
 * compaction with a size ratio of 20 % uploads 2.6 bytes for each changed one and keeps at most 8
 * files a shard with a trigger of 6 runs (2.3 and 12 with a trigger of 8); RocksDB's default,
 * levelled compaction, took 15.
 */
public final class WriteResources implements AutoCloseable {

  private static final int SIZE_RATIO_PERCENT = 20;
  private static final int COMPACTION_TRIGGER = 6;

  /** Far from the trigger: writes must not stall while a compaction is under way. */
  private static final int SLOWDOWN_TRIGGER = 36;

  private static final int STOP_TRIGGER = 64;

  private static final long TARGET_FILE_BYTES = 256L << 20;

  /** One that is filled, and one that is flushed: writes wait when both are full. */
  private static final int WRITE_BUFFERS = 2;

  private static final long MIN_WRITE_BUFFER_BYTES = 256 << 10;
  private static final long MAX_WRITE_BUFFER_BYTES = 64L << 20;
  private static final long MIN_ARENA_BLOCK_BYTES = 16 << 10;

  /** The MANIFEST travels with every descriptor: a new one is begun when it has grown to this. */
  private static final long MAX_MANIFEST_BYTES = 16 << 10;

  private final Cache cache;
  private final WriteBufferManager writeBuffers;
  private final Filter filter;
  private final long writeBufferBytes;
  private boolean closed;

  /**
   * Resources for at most {@code databases} open ones.
   *
   * @param memoryBytes the budget, for indexes and filters, and for write buffers: each database
   *     has an equal share of one half, and a second one while the first is flushed; all of them
   *     are flushed early when they have filled the half
   * @param databases at least 1
   * @param threads RocksDB's threads for flushes, and as many for compactions; they belong to the
   *     process, which has at least that many from then on
   * @throws InvalidRequestException if a number is not positive
   * @throws io.shardyfusion.StorageException if RocksDB's native library cannot be loaded
   */
  public WriteResources(long memoryBytes, int databases, int threads) {
    if (memoryBytes < 1 || databases < 1 || threads < 1) {
      throw new InvalidRequestException(
          "expected a positive budget, number of databases and of threads, found "
              + memoryBytes
              + " bytes, "
              + databases
              + " and "
              + threads);
    }
    RocksDbLibrary.load();
    long buffers = memoryBytes / 2;
    cache = new LRUCache(memoryBytes);
    writeBuffers = new WriteBufferManager(buffers, cache);
    filter = TableOptions.newFilter();
    writeBufferBytes =
        Math.max(MIN_WRITE_BUFFER_BYTES, Math.min(MAX_WRITE_BUFFER_BYTES, buffers / databases));
    Env.getDefault()
        .incBackgroundThreadsIfNeeded(threads, Priority.HIGH)
        .incBackgroundThreadsIfNeeded(threads, Priority.LOW);
  }

  /** The bytes of the budget that are in use now, an estimate. */
  public synchronized long usageBytes() {
    checkOpen();
    return cache.getUsage();
  }

  /** Sets up {@code options} for a database with these resources. */
  synchronized void applyTo(Options options, TableProfile profile) {
    checkOpen();
    TableOptions.forUpdating(options, profile, cache, filter);
    options
        .setWriteBufferManager(writeBuffers)
        .setWriteBufferSize(writeBufferBytes)
        .setMaxWriteBufferNumber(WRITE_BUFFERS)
        .setArenaBlockSize(Math.max(MIN_ARENA_BLOCK_BYTES, writeBufferBytes / 64))
        .setAllowConcurrentMemtableWrite(false)
        .setCompactionStyle(CompactionStyle.UNIVERSAL)
        .setCompactionOptionsUniversal(
            new CompactionOptionsUniversal().setSizeRatio(SIZE_RATIO_PERCENT))
        .setLevel0FileNumCompactionTrigger(COMPACTION_TRIGGER)
        .setLevel0SlowdownWritesTrigger(SLOWDOWN_TRIGGER)
        .setLevel0StopWritesTrigger(STOP_TRIGGER)
        .setTargetFileSizeBase(TARGET_FILE_BYTES)
        .setMaxManifestFileSize(MAX_MANIFEST_BYTES)
        .setMaxFileOpeningThreads(1)
        .setSkipStatsUpdateOnDbOpen(true)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setKeepLogFileNum(1)
        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("the writer's shared resources are closed; make new ones");
    }
  }

  /** Releases the memory. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    writeBuffers.close();
    cache.close();
    filter.close();
  }
}
