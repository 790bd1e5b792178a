package io.shardyfusion.reader.cache;

import io.shardyfusion.InvalidRequestException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The limits of a reader's local cache: room, connections, bandwidth. Immutable.
 *
 * @param maxBytes the size that the cache is kept within by removing what no live reader needs,
 *     oldest used first; a version that does not fit is refused before anything of it is
 *     downloaded. Unset: twice what the live readers need, and at least 1 GiB. Readers that share a
 *     directory each apply their own
 * @param downloads how many files a reader downloads at the same time, 1 to {@value #MAX_DOWNLOADS}
 * @param bytesPerSecond the bandwidth that all downloads of a reader share, 1 to {@value
 *     #MAX_BYTES_PER_SECOND}; unset: no bound
 * @param scrubInterval how often the cached files of open shards are digested again, to find and
 *     repair what the disk has damaged; zero: never
 */
public record CacheLimits(
    OptionalLong maxBytes, int downloads, OptionalLong bytesPerSecond, Duration scrubInterval) {

  /** The most downloads at the same time. */
  public static final int MAX_DOWNLOADS = 64;

  /** The highest bound of the bandwidth, a gigabyte per second; there is none above it but none. */
  public static final long MAX_BYTES_PER_SECOND = 1_000_000_000;

  private static final CacheLimits DEFAULTS =
      new CacheLimits(OptionalLong.empty(), 4, OptionalLong.empty(), Duration.ZERO);

  /**
   * Checks the ranges.
   *
   * @throws InvalidRequestException if one is out of its range
   */
  public CacheLimits {
    if (maxBytes.isPresent() && maxBytes.getAsLong() < 1) {
      throw new InvalidRequestException(
          "maxBytes must be at least 1, found " + maxBytes.getAsLong());
    }
    if (downloads < 1 || downloads > MAX_DOWNLOADS) {
      throw new InvalidRequestException(
          "downloads must be from 1 to " + MAX_DOWNLOADS + ", found " + downloads);
    }
    bytesPerSecond.ifPresent(CacheLimits::checkRate);
    if (scrubInterval.isNegative()) {
      throw new InvalidRequestException(
          "scrubInterval must be positive, or zero for never, found " + scrubInterval);
    }
  }

  /**
   * The defaults: as much room as is needed, four downloads at the same time, no bound of the
   * bandwidth, no scrub.
   */
  public static CacheLimits defaults() {
    return DEFAULTS;
  }

  /** These limits with {@link #maxBytes}. */
  public CacheLimits withMaxBytes(long bytes) {
    return new CacheLimits(OptionalLong.of(bytes), downloads, bytesPerSecond, scrubInterval);
  }

  /** These limits with {@link #downloads}. */
  public CacheLimits withDownloads(int count) {
    return new CacheLimits(maxBytes, count, bytesPerSecond, scrubInterval);
  }

  /** These limits with {@link #bytesPerSecond}. */
  public CacheLimits withBytesPerSecond(long bytes) {
    return new CacheLimits(maxBytes, downloads, OptionalLong.of(bytes), scrubInterval);
  }

  /** These limits with {@link #scrubInterval}. */
  public CacheLimits withScrubInterval(Duration interval) {
    return new CacheLimits(maxBytes, downloads, bytesPerSecond, interval);
  }

  private static void checkRate(long bytesPerSecond) {
    if (bytesPerSecond < 1 || bytesPerSecond > MAX_BYTES_PER_SECOND) {
      throw new InvalidRequestException(
          "bytesPerSecond must be from 1 to "
              + MAX_BYTES_PER_SECOND
              + ", or unset for no bound, found "
              + bytesPerSecond);
    }
  }
}
