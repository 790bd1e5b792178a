package io.shardyfusion.job;

import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.jspecify.annotations.Nullable;

/** The configuration of a Flink that runs inside this process, for one job. */
final class EmbeddedFlink {

  /** For each subtask to sort in; more rows are spilled. */
  private static final MemorySize SORT_MEMORY = MemorySize.ofMebiBytes(128);

  private EmbeddedFlink() {}

  static Configuration configuration(@Nullable Integer parallelism) {
    int subtasks = parallelism == null ? Runtime.getRuntime().availableProcessors() : parallelism;
    Configuration flink = new Configuration();
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
}
