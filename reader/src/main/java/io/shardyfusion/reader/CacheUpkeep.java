package io.shardyfusion.reader;

import io.shardyfusion.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a reader's local cache within its bound, and knows its size. Thread-safe. */
final class CacheUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(CacheUpkeep.class);

  /** The size of a cache that was not counted yet, or could not be. */
  private static final long UNKNOWN = -1;

  private final FileCache cache;
  private volatile long bytes = UNKNOWN;

  CacheUpkeep(FileCache cache) {
    this.cache = cache;
  }

  /** The bytes in the cache when {@link #prune} last ran; -1 if that is not known. */
  long bytes() {
    return bytes;
  }

  /** Removes what is not needed any more. A failure is logged: the next time may succeed. */
  void prune() {
    try {
      cache.prune();
      bytes = cache.bytes();
    } catch (StorageException e) {
      if (!Thread.currentThread().isInterrupted()) { // As when the reader is closed.
        LOG.warn("event=cache_prune_failed error=\"{}\"", e.getMessage());
      }
    }
  }
}
