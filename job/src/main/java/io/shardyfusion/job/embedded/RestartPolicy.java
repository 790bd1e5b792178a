package io.shardyfusion.job.embedded;

import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;

/**
 * When a continuous job restarts after a failure: with growing delays, and not without end.
 *
 * @param attempts restarts in a row before the job fails for good
 * @param firstDelay of the first restart
 * @param factor by which the delay grows with each
 * @param maxDelay which it does not exceed
 * @param reset a job that has run that long since its restart begins to count anew
 */
record RestartPolicy(
    int attempts, Duration firstDelay, double factor, Duration maxDelay, Duration reset) {

  /** The policy of embedded jobs. */
  static final RestartPolicy EMBEDDED =
      new RestartPolicy(
          10, Duration.ofSeconds(1), 1.5, Duration.ofSeconds(30), Duration.ofHours(1));

  /** Has a cluster restart its jobs so. */
  void configure(Configuration flink) {
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    flink.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, firstDelay);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER, factor);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, maxDelay);
    flink.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD, reset);
    // One job alone need not keep out of the way of others.
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR, 0.0);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, attempts);
  }

  /** The delay before a restart, the first of which in a row is 1. */
  Duration delay(int attempt) {
    double millis = firstDelay.toMillis() * Math.pow(factor, attempt - 1);
    return Duration.ofMillis((long) Math.min(millis, (double) maxDelay.toMillis()));
  }

  /**
   * Returns whether a failure belongs to the row of failures up to {@code attempt}, whose failure
   * is that long ago.
   */
  boolean isInARow(int attempt, Duration since) {
    return since.minus(delay(attempt)).compareTo(reset) < 0;
  }
}
