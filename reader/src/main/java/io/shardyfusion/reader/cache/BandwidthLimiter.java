package io.shardyfusion.reader.cache;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.shardyfusion.StorageException;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A bound of bytes per second, shared by all threads that take from it. Thread-safe. */
public final class BandwidthLimiter {

  /** The most that is asked for at once; a bucket that holds less would never have it. */
  private static final long PIECE_BYTES = 1 << 16;

  private final @Nullable Bucket bucket;
  private final BlockingStrategy waiting;

  private BandwidthLimiter(@Nullable Bucket bucket, BlockingStrategy waiting) {
    this.bucket = bucket;
    this.waiting = waiting;
  }

  /** At most that many bytes per second; unset: no bound. */
  public static BandwidthLimiter of(OptionalLong bytesPerSecond) {
    return of(bytesPerSecond, TimeMeter.SYSTEM_NANOTIME, BlockingStrategy.PARKING);
  }

  public static BandwidthLimiter of(
      OptionalLong bytesPerSecond, TimeMeter time, BlockingStrategy waiting) {
    if (bytesPerSecond.isEmpty()) {
      return new BandwidthLimiter(null, waiting);
    }
    long rate = bytesPerSecond.getAsLong();
    Bucket bucket =
        Bucket.builder()
            .addLimit(
                limit ->
                    limit
                        .capacity(Math.max(rate, PIECE_BYTES))
                        .refillGreedy(rate, Duration.ofSeconds(1))
                        .initialTokens(PIECE_BYTES))
            .withCustomTimePrecision(time)
            .build();
    return new BandwidthLimiter(bucket, waiting);
  }

  /**
   * Waits until {@code bytes} more may pass.
   *
   * @param bytes at most 64 KiB
   * @throws StorageException if the thread is interrupted, and it stays so
   */
  public void take(long bytes) {
    if (bucket == null || bytes == 0) {
      return;
    }
    try {
      bucket.asBlocking().consume(bytes, waiting);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "the thread was interrupted while it waited for its share of the bandwidth", e);
    }
  }
}
