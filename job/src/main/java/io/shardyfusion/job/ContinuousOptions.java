package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.run.BaseSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a continuous job.
 *
 * @param discoveryInterval how often new files, or new partitions, are looked for; positive
 * @param checkpointInterval how often a checkpoint is taken, or null for the cluster's setting, and
 *     {@link #DEFAULT_CHECKPOINT_INTERVAL} where it has none
 * @param publishInterval the least time between two announced versions; zero: every checkpoint
 * @param sourceParallelism how many subtasks read, at least 1; with one, files that are found
 *     together are read in path order. Null: one for files, the parallelism of the job for Kafka
 * @param base what a job that is not restored begins with
 * @param checkpointDirectory where an embedded Flink keeps checkpoints, or null for a directory of
 *     the user's that belongs to the dataset; on a cluster, null for the cluster's
 * @param restore what an embedded job is restored from
 */
public record ContinuousOptions(
    Duration discoveryInterval,
    @Nullable Duration checkpointInterval,
    Duration publishInterval,
    @Nullable Integer sourceParallelism,
    BaseSnapshot base,
    @Nullable String checkpointDirectory,
    Restore restore) {

  /** Interval of checkpoints where nothing else is said. */
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

  private static final Duration MIN_CHECKPOINT_INTERVAL = Duration.ofMillis(10);

  /** Checks the ranges. */
  public ContinuousOptions {
    requireDiscoveryInterval(discoveryInterval);
    if (checkpointInterval != null) {
      requireCheckpointInterval(checkpointInterval);
    }
    if (sourceParallelism != null) {
      requireSourceParallelism(sourceParallelism);
    }
  }

  static Duration requireDiscoveryInterval(Duration interval) {
    if (interval.toMillis() < 1) {
      throw new InvalidRequestException(
          "the discovery interval must be at least 1ms, found " + interval);
    }
    return interval;
  }

  static Duration requireCheckpointInterval(Duration interval) {
    if (interval.compareTo(MIN_CHECKPOINT_INTERVAL) < 0) {
      throw new InvalidRequestException(
          "the checkpoint interval must be at least 10ms, found " + interval);
    }
    return interval;
  }

  static Integer requireSourceParallelism(Integer parallelism) {
    if (parallelism < 1) {
      throw new InvalidRequestException(
          "the parallelism of the source must be at least 1, found " + parallelism);
    }
    return parallelism;
  }

  /** The state that an embedded job is restored from. */
  public sealed interface Restore {

    /**
     * The restore of that name.
     *
     * @param text {@code auto}, {@code none}, or a path
     */
    static Restore of(String text) {
      return switch (text) {
        case "auto" -> new Auto();
        case "none" -> new None();
        default -> new From(text);
      };
    }

    /** Nothing: the job begins anew. */
    record None() implements Restore {}

    /** The newest complete checkpoint or savepoint in the checkpoint directory, if there is one. */
    record Auto() implements Restore {}

    /**
     * One checkpoint or savepoint.
     *
     * @param path its directory or metadata file
     */
    record From(String path) implements Restore {}
  }
}
