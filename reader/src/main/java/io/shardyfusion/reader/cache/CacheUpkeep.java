package io.shardyfusion.reader.cache;

import io.shardyfusion.StorageException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a reader's local cache within its bound, and knows its size. Thread-safe. */
public final class CacheUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(CacheUpkeep.class);

  /** The size of a cache that was not counted yet, or could not be. */
  private static final long UNKNOWN = -1;

  private final FileCache cache;
  private final Executor background;
  private volatile long bytes = UNKNOWN;

  public CacheUpkeep(FileCache cache, Executor background) {
    this.cache = cache;
    this.background = background;
  }

  /** The bytes in the cache when it was last pruned; -1 if that is not known. */
  public long bytes() {
    return bytes;
  }

  /**
   * Removes what is not needed any more, later: nobody has to wait for that. A failure is logged,
   * and the next time may succeed.
   */
  public void prune() {
    try {
      background.execute(this::pruneNow);
    } catch (RejectedExecutionException e) {
      LOG.debug("event=cache_prune_skipped reason=\"the reader is closed\"");
    }
  }

  private void pruneNow() {
    try {
      if (!cache.isReadOnly()) {
        cache.space().prune();
      }
      bytes = cache.space().bytes();
    } catch (StorageException e) {
      if (!Thread.currentThread().isInterrupted()) { // As when the reader is closed.
        LOG.warn("event=cache_prune_failed error=\"{}\"", e.getMessage());
      }
    }
  }
}
