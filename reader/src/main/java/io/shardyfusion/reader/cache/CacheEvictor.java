package io.shardyfusion.reader.cache;

import io.shardyfusion.reader.cache.CacheLayout.CachedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files that no live reader needs from a cache, least recently used first, until the rest
 * is within its bound. Files that were used within the last minute stay: their users may be about
 * to hold them.
 */
final class CacheEvictor {

  private static final Logger LOG = LoggerFactory.getLogger(CacheEvictor.class);

  /** The least bound of a cache for which none was set, however little is needed. */
  static final long MIN_BOUND = 1L << 30;

  private static final Duration YOUNG = Duration.ofMinutes(1);
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final CacheLayout layout;
  private final OptionalLong maxBytes;
  private final Clock clock;

  CacheEvictor(CacheLayout layout, OptionalLong maxBytes, Clock clock) {
    this.layout = layout;
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /**
   * The result of an eviction.
   *
   * @param files the number of files that were removed
   * @param bytes of these
   * @param bytesLeft in the cache
   */
  record Evicted(int files, long bytes, long bytesLeft) {}

  /**
   * Removes files until the cache is within its bound.
   *
   * @param coming the bytes that will be added next, for which room is made too
   * @param wanted the least number of bytes to free, if that many can be
   */
  Evicted evict(long coming, long wanted) throws IOException {
    removeAbandonedLocks();
    List<CachedFile> cached = layout.cached();
    long total = cached.stream().mapToLong(CachedFile::bytes).sum();
    if (wanted <= 0 && total + coming <= maxBytes.orElse(MIN_BOUND)) {
      return new Evicted(0, 0, total);
    }
    Set<Path> needed = Reachable.now(layout);
    long bound = maxBytes.orElseGet(() -> defaultBound(cached, needed, coming));
    return remove(cached, needed, total, Math.max(wanted, total + coming - bound));
  }

  private static long defaultBound(List<CachedFile> cached, Set<Path> needed, long coming) {
    long neededBytes =
        cached.stream().filter(f -> needed.contains(f.path())).mapToLong(CachedFile::bytes).sum();
    return Math.max(MIN_BOUND, 2 * (neededBytes + coming));
  }

  private Evicted remove(List<CachedFile> cached, Set<Path> needed, long total, long excess)
      throws IOException {
    List<CachedFile> candidates = new ArrayList<>(cached);
    candidates.removeIf(f -> needed.contains(f.path()) || isYoung(f.used()));
    candidates.sort(Comparator.comparing(CachedFile::used).thenComparing(CachedFile::path));
    int files = 0;
    long bytes = 0;
    for (CachedFile file : candidates) {
      if (bytes >= excess) {
        break;
      }
      Files.deleteIfExists(file.path());
      files++;
      bytes += file.bytes();
    }
    if (files > 0) {
      LOG.info(
          "event=cache_pruned directory={} files={} bytes={} left={}",
          layout.root(),
          files,
          bytes,
          total - bytes);
    }
    return new Evicted(files, bytes, total - bytes);
  }

  /** Returns whether a file was used just now, by a clock that may have been set back since. */
  private boolean isYoung(Instant used) {
    return Duration.between(used, clock.instant()).abs().compareTo(YOUNG) < 0;
  }

  /** A download shows that it goes on by the time of its lock file. */
  private void removeAbandonedLocks() throws IOException {
    Instant before = Instant.now().minus(ABANDONED);
    for (Path lock : CacheLayout.children(layout.locks())) {
      try {
        if (Files.getLastModifiedTime(lock).toInstant().isBefore(before)) {
          Files.deleteIfExists(lock);
        }
      } catch (IOException e) {
        LOG.debug("event=cache_lock_left lock={} error=\"{}\"", lock, e.toString());
      }
    }
  }
}
