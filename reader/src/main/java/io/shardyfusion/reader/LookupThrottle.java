package io.shardyfusion.reader;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.shardyfusion.LimitExceededException;
import java.time.Duration;

/** Lets as many lookups through as a {@link LookupLimit} allows. Thread-safe. */
final class LookupThrottle {

  private final LookupLimit limit;
  private final Bucket bucket;
  private final BlockingStrategy waiting;

  LookupThrottle(LookupLimit limit) {
    this(limit, TimeMeter.SYSTEM_NANOTIME, BlockingStrategy.PARKING);
  }

  LookupThrottle(LookupLimit limit, TimeMeter time, BlockingStrategy waiting) {
    this.limit = limit;
    this.waiting = waiting;
    this.bucket =
        Bucket.builder()
            .addLimit(
                bandwidth ->
                    bandwidth
                        .capacity(limit.perSecond())
                        .refillGreedy(limit.perSecond(), Duration.ofSeconds(1)))
            .withCustomTimePrecision(time)
            .build();
  }

  /**
   * Waits until that many keys may be looked up.
   *
   * @throws LimitExceededException if that would take too long, or the thread is interrupted, which
   *     it stays
   */
  void take(int keys) {
    if (keys == 0) {
      return;
    }
    boolean taken;
    try {
      taken =
          limit.maxWait().isZero()
              ? bucket.tryConsume(keys)
              : bucket.asBlocking().tryConsume(keys, limit.maxWait(), waiting);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw exceeded(keys, "the thread was interrupted while it waited");
    }
    if (!taken) {
      throw exceeded(keys, "its turn does not come within " + limit.maxWait());
    }
  }

  private LimitExceededException exceeded(int keys, String what) {
    return new LimitExceededException(
        "a lookup of "
            + keys
            + (keys == 1 ? " key" : " keys")
            + " is over this reader's limit of "
            + limit.perSecond()
            + " keys a second: "
            + what
            + "; ask later or for less at once, or raise the reader's lookup limit or its maxWait");
  }
}
