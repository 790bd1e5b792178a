package io.shardyfusion.benchmarks;

import io.shardyfusion.job.embedded.EmbeddedFlink;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/**
 * Runs jobs on one embedded Flink, configured as that of {@code shardy run}, on all cores. A job's
 * time is that from its submission to its end: Flink's own start is not in it, nor is the deletion
 * of what the job wrote.
 */
final class WriteJobRunner implements AutoCloseable {

  private final Path directory;
  private final Configuration flink;
  private final int cores;
  private final MiniCluster cluster;

  /** Starts Flink; all files will be below {@code directory}, which exists. */
  WriteJobRunner(Path directory) throws Exception {
    this.directory = directory;
    cores = Runtime.getRuntime().availableProcessors();
    flink = EmbeddedFlink.configuration(cores);
    flink.set(CoreOptions.TMP_DIRS, directory.toString());
    flink.set(WebOptions.TMP_DIR, directory.toString());
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(flink)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(cores)
                .build());
    cluster.start();
  }

  /** Runs a job over the first {@code rows} generated rows. */
  double seconds(WriteJob job, int shards, long rows) throws Exception {
    Path dataset = directory.resolve("dataset");
    try {
      JobGraph graph = graph(job, dataset, shards, rows);
      System.gc();
      long start = System.nanoTime();
      cluster.executeJobBlocking(graph);
      return (System.nanoTime() - start) / 1e9;
    } finally {
      FileUtils.deleteDirectory(dataset.toFile());
    }
  }

  private JobGraph graph(WriteJob job, Path dataset, int shards, long rows) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    WriteJobs jobs = new WriteJobs(env, dataset.toUri().toString(), shards, rows);
    switch (job) {
      case BULK -> jobs.bulk();
      case SHUFFLE -> jobs.shuffle();
      case PUT -> jobs.put(flink.get(TaskManagerOptions.MANAGED_MEMORY_SIZE).getBytes());
    }
    return env.getStreamGraph().getJobGraph();
  }

  /** Stops Flink. */
  @Override
  public void close() throws Exception {
    cluster.close();
  }
}
