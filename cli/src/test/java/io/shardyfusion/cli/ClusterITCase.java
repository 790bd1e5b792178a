package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.testing.flink.FlinkCluster;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cluster of processes that other tests run the job on. */
final class ClusterITCase {

  @TempDir private Path directory;

  @Test
  void aClusterLosesProcessesAndGetsThemBackAndLeavesNone() {
    Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
    try (FlinkCluster cluster = FlinkCluster.start(directory.resolve("flink"), 2, 1, Map.of())) {
      cluster.killTaskManager(0);
      cluster.addTaskManager();
      cluster.awaitTaskManagers();
      cluster.killJobManager();
      cluster.restartJobManager();
      cluster.awaitTaskManagers();
      assertThat(cluster.jobStatus("0".repeat(32))).isEqualTo("UNKNOWN");
      assertThat(cluster.logs()).contains("jobmanager", "taskmanager", "log");
    }
    assertThat(ProcessHandle.current().children().filter(p -> !before.contains(p))).isEmpty();
  }
}
