package io.shardyfusion.job.embedded;

import io.shardyfusion.ShardyfusionException;
import java.time.Duration;

/**
 * A restart of a continuous job, from its last checkpoint, after a failure.
 *
 * @param attempt its number among those in a row, from 1
 * @param attempts after how many in a row the job fails for good
 * @param delay how long it waits
 * @param cause the failure
 */
public record Restart(int attempt, int attempts, Duration delay, ShardyfusionException cause) {}
