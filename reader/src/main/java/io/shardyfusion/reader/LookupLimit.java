package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import java.time.Duration;

/**
 * A limit of the lookups of a reader and its views, to protect what shares the machine with it. A
 * lookup counts as one, a multiGet as many as it is given keys; scans do not count. Immutable.
 *
 * <p>What was not used is saved up for at most one second. A lookup over the limit waits, and if
 * that would take longer than {@code maxWait}, fails at once with a {@link
 * io.shardyfusion.LimitExceededException}.
 *
 * @param perSecond the keys that may be looked up in a second, 1 to {@value #MAX_PER_SECOND}
 * @param maxWait how long a lookup may wait for its turn; zero: not at all
 */
public record LookupLimit(long perSecond, Duration maxWait) {

  /** The largest limit: a thousand million keys a second. */
  public static final long MAX_PER_SECOND = 1_000_000_000;

  /** The longest time that a lookup may wait: an hour. */
  public static final Duration MAX_WAIT = Duration.ofHours(1);

  /**
   * Checks the ranges.
   *
   * @throws InvalidRequestException if one is out of its range
   */
  public LookupLimit {
    if (perSecond < 1 || perSecond > MAX_PER_SECOND) {
      throw new InvalidRequestException(
          "perSecond must be from 1 to " + MAX_PER_SECOND + ", found " + perSecond);
    }
    if (maxWait.isNegative() || maxWait.compareTo(MAX_WAIT) > 0) {
      throw new InvalidRequestException(
          "maxWait must be from zero to " + MAX_WAIT + ", found " + maxWait);
    }
  }
}
