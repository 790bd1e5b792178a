package io.shardyfusion.job.embedded;

import io.shardyfusion.ShardyfusionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.scheduler.ExecutionGraphInfo;
import org.apache.flink.runtime.scheduler.exceptionhistory.RootExceptionHistoryEntry;

/**
 * Tells each restart of a job once, with the failure that it comes from. Flink keeps a history of
 * the failures that its restart strategy counts. Used by one thread.
 */
public final class RestartWatch {

  /** Flink forgets what is older than a few failures, so it must be asked before there are more. */
  private static final int MAX_POLLS_UNASKED = 4;

  private final MiniCluster cluster;
  private final JobID job;
  private final RestartPolicy policy;
  private long lastFailure = Long.MIN_VALUE;
  private int attempt;
  private int unasked;

  RestartWatch(MiniCluster cluster, JobID job, RestartPolicy policy) {
    this.cluster = cluster;
    this.job = job;
    this.policy = policy;
  }

  /** Tells the restarts since the last call. */
  public void poll(Consumer<Restart> restarts) throws InterruptedException {
    try {
      JobStatus status = cluster.getJobStatus(job).get();
      if (status == JobStatus.RUNNING && ++unasked < MAX_POLLS_UNASKED) {
        return;
      }
      unasked = 0;
      ExecutionGraphInfo info = cluster.getExecutionGraphInfo(job).get();
      if (info.getArchivedExecutionGraph().getState() == JobStatus.RESTARTING
          || info.getArchivedExecutionGraph().getState() == JobStatus.RUNNING) {
        newFailures(info).forEach(failure -> tell(failure, restarts));
      }
    } catch (ExecutionException | IllegalStateException e) {
      // The job has ended: the result tells how.
    }
  }

  private List<RootExceptionHistoryEntry> newFailures(ExecutionGraphInfo info) {
    List<RootExceptionHistoryEntry> failures = new ArrayList<>();
    for (RootExceptionHistoryEntry failure : info.getExceptionHistory()) {
      if (failure.getTimestamp() > lastFailure) {
        failures.add(failure);
      }
    }
    failures.sort(Comparator.comparingLong(RootExceptionHistoryEntry::getTimestamp));
    return failures;
  }

  private void tell(RootExceptionHistoryEntry failure, Consumer<Restart> restarts) {
    boolean inARow =
        lastFailure != Long.MIN_VALUE
            && policy.isInARow(attempt, Duration.ofMillis(failure.getTimestamp() - lastFailure));
    attempt = inARow ? attempt + 1 : 1;
    lastFailure = failure.getTimestamp();
    ShardyfusionException cause = JobFailures.translate(failure.getException());
    restarts.accept(new Restart(attempt, policy.attempts(), policy.delay(attempt), cause));
  }
}
