package io.shardyfusion.job.embedded;

import java.time.Duration;
import org.apache.flink.api.common.BatchShuffleMode;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.jspecify.annotations.Nullable;

/**
 * The configurations that runs use: of a Flink that runs inside this process, and of a batch job on
 * any Flink.
 */
public final class EmbeddedFlink {

  /** For each subtask to sort in, where more rows are spilled, or to keep databases open. */
  private static final MemorySize SORT_MEMORY = MemorySize.ofMebiBytes(128);

  private static final int RETAINED_CHECKPOINTS = 3;

  private EmbeddedFlink() {}

  /**
   * A Flink inside this process, for one job at a time, and that job.
   *
   * @param parallelism of the job, or null for all cores
   */
  public static Configuration configuration(@Nullable Integer parallelism) {
    Configuration flink = batchJob();
    setUp(flink, parallelism);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return flink;
  }

  /**
   * A Flink inside this process, for one continuous job. It restarts the job after a failure, with
   * growing delays, and gives up after some in a row, see {@link RestartPolicy#EMBEDDED}.
   *
   * @param parallelism of the job, or null for all cores
   * @param checkpoints the URI of the directory for checkpoints and savepoints
   * @param restored the checkpoint or savepoint to go on from, or null
   */
  public static Configuration continuous(
      @Nullable Integer parallelism, String checkpoints, @Nullable String restored) {
    Configuration flink = new Configuration();
    setUp(flink, parallelism);
    flink.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints);
    flink.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, checkpoints);
    flink.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, RETAINED_CHECKPOINTS);
    flink.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    RestartPolicy.EMBEDDED.configure(flink);
    if (restored != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, restored);
    }
    return flink;
  }

  private static void setUp(Configuration flink, @Nullable Integer parallelism) {
    int subtasks = parallelism == null ? Runtime.getRuntime().availableProcessors() : parallelism;
    flink.set(CoreOptions.DEFAULT_PARALLELISM, subtasks);
    // Text: Flink makes its own of a size in the default locale, whose digits it may not read.
    flink.setString(
        TaskManagerOptions.MANAGED_MEMORY_SIZE.key(),
        SORT_MEMORY.multiply(subtasks).getBytes() + "b");
    // Accumulators, which progress is read from, travel with heartbeats.
    flink.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    // Nothing of it is for other machines, neither the REST server nor the one for files; and
    // nothing of the REST server for anybody.
    flink.set(ClosedRestServer.CLOSED, true);
    flink.set(JobManagerOptions.ADDRESS, "localhost");
    flink.set(JobManagerOptions.BIND_HOST, "localhost");
    flink.set(RestOptions.ADDRESS, "localhost");
    flink.set(RestOptions.BIND_ADDRESS, "localhost");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(TaskManagerOptions.BIND_HOST, "localhost");
  }

  /**
   * A batch job whose tasks all run at once, so that rows are sorted as they are read, and reuse
   * objects.
   */
  public static Configuration batchJob() {
    Configuration job = new Configuration();
    job.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    job.set(ExecutionOptions.BATCH_SHUFFLE_MODE, BatchShuffleMode.ALL_EXCHANGES_PIPELINED);
    // The adaptive batch scheduler, which is the default, refuses pipelined exchanges.
    job.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    job.set(PipelineOptions.OBJECT_REUSE, true);
    return job;
  }

  /** A continuous job: it streams, and reuses objects. */
  public static Configuration continuousJob() {
    Configuration job = new Configuration();
    job.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
    job.set(PipelineOptions.OBJECT_REUSE, true);
    return job;
  }
}
