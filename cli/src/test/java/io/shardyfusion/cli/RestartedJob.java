package io.shardyfusion.cli;

import io.shardyfusion.testing.flink.FlinkCluster;
import io.shardyfusion.testing.flink.JobSubmission;
import io.shardyfusion.testing.flink.LocalCheckpoints;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One job, as its operator sees it: whatever ends it, it is submitted again from the newest
 * checkpoint or savepoint.
 */
final class RestartedJob {

  private static final Duration STOP_DEADLINE = Duration.ofSeconds(90);

  private final FlinkCluster cluster;
  private final JobSubmission job;
  private final Path state;
  private int parallelism;
  private String id;

  /**
   * Submits the job for the first time.
   *
   * @param state the directory that holds its checkpoints, and gets its savepoints
   */
  RestartedJob(FlinkCluster cluster, JobSubmission job, Path state) {
    this.cluster = cluster;
    this.job = job;
    this.state = state;
    this.parallelism = job.parallelism();
    this.id = cluster.submit(job);
  }

  /** Fails if the job is not one that will go on by itself. */
  void requireAlive() {
    String status = cluster.jobStatus(id);
    if (status.equals("FAILED") || status.equals("FINISHED") || status.equals("CANCELED")) {
      throw new AssertionError("job " + id + " is " + status + "\n" + cluster.jobFailure(id));
    }
  }

  /** What the job and the cluster say, for an error; the logs get the stacks of all threads. */
  String state() {
    String logs = cluster.logs();
    cluster.dumpThreads();
    return "job "
        + id
        + " is "
        + cluster.jobStatus(id)
        + "\n"
        + cluster.jobFailure(id)
        + "\n"
        + logs;
  }

  /** Stops it with a savepoint, and goes on from there. */
  void rescaleFromSavepoint(int newParallelism) {
    String savepoint = stop();
    parallelism = newParallelism;
    id = cluster.submit(job.restoredFrom(savepoint, newParallelism));
  }

  /** Cancels it, and goes on from the last checkpoint. */
  void rescaleFromCheckpoint(int newParallelism) {
    cluster.cancel(id);
    parallelism = newParallelism;
    restore();
  }

  /** The JobManager was killed, and forgot it: goes on from the last checkpoint. */
  void restore() {
    Path newest =
        LocalCheckpoints.newest(state)
            .orElseThrow(() -> new AssertionError("no complete checkpoint in " + state));
    id = cluster.submit(job.restoredFrom(newest.toUri().toString(), parallelism));
  }

  /**
   * Stops it with a savepoint. Just after a kill that is not possible, and at first the JobManager
   * says that all tasks run nevertheless; then this tries again, as an operator would.
   *
   * @return the savepoint
   */
  String stop() {
    long end = System.nanoTime() + STOP_DEADLINE.toNanos();
    while (true) {
      cluster.awaitRunning(id);
      try {
        return cluster.stop(id, false, state);
      } catch (AssertionError e) {
        if (System.nanoTime() - end > 0) {
          throw e;
        }
        requireAlive();
      }
    }
  }
}
