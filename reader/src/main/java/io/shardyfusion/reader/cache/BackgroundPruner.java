package io.shardyfusion.reader.cache;

import io.shardyfusion.StorageException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a reader's local cache within its bound by pruning it in the background, and knows its
 * size. Thread-safe.
 */
public final class BackgroundPruner {

  private static final Logger LOG = LoggerFactory.getLogger(BackgroundPruner.class);

  /** The size of a cache that was not counted yet, or could not be. */
  private static final long UNKNOWN = -1;

  private final FileCache cache;
  private final Executor background;
  private volatile long bytes = UNKNOWN;

  public BackgroundPruner(FileCache cache, Executor background) {
    this.cache = cache;
    this.background = background;
  }

  /** The bytes in the cache when it was last pruned; -1 if that is not known. */
  public long bytes() {
    return bytes;
  }

  /**
   * Removes later what is not needed any more, so that nobody has to wait for it. A failure is
   * logged; the next call may succeed.
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
        cache.capacity().prune();
      }
      bytes = cache.capacity().usedBytes();
    } catch (StorageException e) {
      if (!Thread.currentThread().isInterrupted()) { // As it is when the reader is closed.
        LOG.warn("event=cache_prune_failed error=\"{}\"", e.getMessage());
      }
    }
  }
}
