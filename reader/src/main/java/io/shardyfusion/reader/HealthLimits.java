package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * From when on a reader calls itself degraded or unhealthy.
 *
 * @param degradedAfter the time since the last successful look at the pointer from which on it is
 *     degraded; null for three refresh intervals, or for never if periodic refresh is off
 * @param unhealthyAfter the time since that, or since it has known of a version that it could not
 *     serve, from which on it is unhealthy; null for ten refresh intervals, or for never
 * @param maxAnnouncedAge the time since the served version was announced from which on it is
 *     degraded, because nobody publishes any more; null for never
 */
public record HealthLimits(
    @Nullable Duration degradedAfter,
    @Nullable Duration unhealthyAfter,
    @Nullable Duration maxAnnouncedAge) {

  private static final int DEGRADED_INTERVALS = 3;
  private static final int UNHEALTHY_INTERVALS = 10;

  /**
   * Checks the times.
   *
   * @throws InvalidRequestException if one is not positive
   */
  public HealthLimits {
    requirePositive("degradedAfter", degradedAfter);
    requirePositive("unhealthyAfter", unhealthyAfter);
    requirePositive("maxAnnouncedAge", maxAnnouncedAge);
  }

  /** Three and ten refresh intervals, and no limit to the age of the version. */
  public static HealthLimits defaults() {
    return new HealthLimits(null, null, null);
  }

  /** These limits with another {@code degradedAfter}. */
  public HealthLimits withDegradedAfter(Duration time) {
    return new HealthLimits(time, unhealthyAfter, maxAnnouncedAge);
  }

  /** These limits with another {@code unhealthyAfter}. */
  public HealthLimits withUnhealthyAfter(Duration time) {
    return new HealthLimits(degradedAfter, time, maxAnnouncedAge);
  }

  /** These limits with another {@code maxAnnouncedAge}. */
  public HealthLimits withMaxAnnouncedAge(Duration age) {
    return new HealthLimits(degradedAfter, unhealthyAfter, age);
  }

  /** These limits with the times that follow from the refresh interval filled in. */
  HealthLimits resolved(Duration refreshInterval) {
    if (refreshInterval.isZero()) {
      return this;
    }
    return new HealthLimits(
        degradedAfter != null ? degradedAfter : refreshInterval.multipliedBy(DEGRADED_INTERVALS),
        unhealthyAfter != null ? unhealthyAfter : refreshInterval.multipliedBy(UNHEALTHY_INTERVALS),
        maxAnnouncedAge);
  }

  private static void requirePositive(String name, @Nullable Duration time) {
    if (time != null && (time.isZero() || time.isNegative())) {
      throw new InvalidRequestException(name + " must be more than 0, found " + time);
    }
  }
}
