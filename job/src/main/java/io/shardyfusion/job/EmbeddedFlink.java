package io.shardyfusion.job;

import java.time.Duration;
import org.apache.flink.api.common.BatchShuffleMode;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.jspecify.annotations.Nullable;

/**
 * The configurations that runs use: of a Flink that runs inside this process, and of a batch job on
 * any Flink.
 */
public final class EmbeddedFlink {

  /** For each subtask to sort in; more rows are spilled. */
  private static final MemorySize SORT_MEMORY = MemorySize.ofMebiBytes(128);

  private EmbeddedFlink() {}

  /**
   * A Flink inside this process, for one job at a time, and that job.
   *
   * @param parallelism of the job, or null for all cores
   */
  public static Configuration configuration(@Nullable Integer parallelism) {
    int subtasks = parallelism == null ? Runtime.getRuntime().availableProcessors() : parallelism;
    Configuration flink = batchJob();
    flink.set(CoreOptions.DEFAULT_PARALLELISM, subtasks);
    flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, SORT_MEMORY.multiply(subtasks));
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    // Accumulators, which progress is read from, travel with heartbeats.
    flink.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    flink.set(JobManagerOptions.ADDRESS, "localhost");
    flink.set(RestOptions.ADDRESS, "localhost");
    flink.set(RestOptions.BIND_ADDRESS, "localhost");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(TaskManagerOptions.BIND_HOST, "localhost");
    return flink;
  }

  /**
   * A batch job whose tasks all run at once, so that rows are sorted as they are read, and reuse
   * objects.
   */
  static Configuration batchJob() {
    Configuration job = new Configuration();
    job.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    job.set(ExecutionOptions.BATCH_SHUFFLE_MODE, BatchShuffleMode.ALL_EXCHANGES_PIPELINED);
    // The adaptive batch scheduler, which is the default, refuses pipelined exchanges.
    job.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    job.set(PipelineOptions.OBJECT_REUSE, true);
    return job;
  }
}
