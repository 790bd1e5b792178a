package io.shardyfusion.reader;

import io.shardyfusion.format.Sha256;
import io.shardyfusion.reader.cache.FileCache;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way back to the version before: its files stay in the cache, so that a rollback downloads
 * nothing. For one thread at a time.
 */
final class WayBack {

  private static final Logger LOG = LoggerFactory.getLogger(WayBack.class);

  private final FileCache cache;

  /** The manifest of the version before; null before the first swap, or if that was given up. */
  private @Nullable Sha256 kept;

  WayBack(FileCache cache) {
    this.cache = cache;
  }

  /** Keeps the files of {@code before} from now on, instead of those that were kept. */
  void keep(Snapshot before) {
    Sha256 older = kept;
    Sha256 manifest = before.entry().manifest().sha256();
    cache.hold(manifest);
    kept = manifest;
    if (older != null) {
      cache.release(older);
    }
  }

  /** Keeps nothing any more, which makes room; returns whether there was something kept. */
  boolean giveUp() {
    Sha256 given = kept;
    if (given == null) {
      return false;
    }
    LOG.info("event=cache_way_back_given_up manifest={}", given);
    cache.release(given);
    kept = null;
    return true;
  }
}
