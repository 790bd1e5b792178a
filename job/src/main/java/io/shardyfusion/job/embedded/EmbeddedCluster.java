package io.shardyfusion.job.embedded;

import io.shardyfusion.temporary.TemporaryDirectory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient.JobFinalizationBehavior;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink inside this process, for one job. It starts when the job is submitted, and has ended when
 * {@link #close} returns; all that it wrote into its temporary directory is gone then, which also
 * holds where the process is told to end. Thread-safe.
 */
public final class EmbeddedCluster implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCluster.class);
  private static final String TARGET = "shardyfusion-embedded";
  private static final long END_SECONDS = 30;

  private final Configuration configuration;
  private final TemporaryDirectory directory;
  private @Nullable LocalCluster cluster;
  private boolean closed;

  private EmbeddedCluster(Configuration configuration) {
    this.configuration = new Configuration(configuration);
    this.directory = TemporaryDirectory.usedUntil(this::end);
    String path = directory.path().toString();
    this.configuration.set(CoreOptions.TMP_DIRS, path);
    this.configuration.set(WebOptions.TMP_DIR, path);
    this.configuration.set(DeploymentOptions.TARGET, TARGET);
    this.configuration.set(DeploymentOptions.ATTACHED, true);
  }

  /**
   * One with that configuration, see {@link EmbeddedFlink}. Nothing is started yet.
   *
   * @throws io.shardyfusion.StorageException if it has no temporary directory
   */
  public static EmbeddedCluster of(Configuration configuration) {
    return new EmbeddedCluster(configuration);
  }

  /** Runs its job on this cluster. */
  public StreamExecutionEnvironment environment() {
    return new StreamExecutionEnvironment(
        new ThisCluster(), configuration, EmbeddedCluster.class.getClassLoader());
  }

  /**
   * The restarts of the job, which has been submitted.
   *
   * @throws IllegalStateException if no job was submitted
   */
  public synchronized RestartWatch restarts(JobID job) {
    if (cluster == null) {
      throw new IllegalStateException("no job was submitted");
    }
    return new RestartWatch(cluster, job, RestartPolicy.EMBEDDED);
  }

  private synchronized LocalCluster start(Configuration job, int slots) throws Exception {
    if (closed || cluster != null) {
      throw new IllegalStateException("an embedded Flink runs one job, once");
    }
    LocalCluster created = LocalCluster.of(job, slots);
    created.start();
    cluster = created;
    return created;
  }

  private CompletableFuture<JobClient> execute(
      Pipeline pipeline, Configuration job, ClassLoader classLoader) throws Exception {
    StreamGraph graph = PipelineExecutorUtils.getStreamGraph(pipeline, job);
    graph.serializeUserDefinedInstances();
    LocalCluster started = start(job, graph.getMaximumParallelism());
    started.submitJob(graph).get();
    ClientUtils.waitUntilJobInitializationFinished(
        () -> started.getJobStatus(graph.getJobID()).get(),
        () -> started.requestJobResult(graph.getJobID()).get(),
        classLoader);
    return CompletableFuture.completedFuture(
        new MiniClusterJobClient(
            graph.getJobID(), started, classLoader, JobFinalizationBehavior.NOTHING));
  }

  /** Ends Flink, and deletes what it wrote. Waits until that is done. Idempotent. */
  @Override
  public void close() {
    directory.close();
  }

  private synchronized void end() {
    closed = true;
    if (cluster == null) {
      return;
    }
    try {
      cluster.closeAsync().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The embedded Flink did not end in order.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Finds this cluster for an environment. */
  private final class ThisCluster
      implements PipelineExecutorServiceLoader, PipelineExecutorFactory {

    @Override
    public PipelineExecutorFactory getExecutorFactory(Configuration job) {
      return this;
    }

    @Override
    public Stream<String> getExecutorNames() {
      return Stream.of(TARGET);
    }

    @Override
    public String getName() {
      return TARGET;
    }

    @Override
    public boolean isCompatibleWith(Configuration job) {
      return true;
    }

    @Override
    public PipelineExecutor getExecutor(Configuration job) {
      return EmbeddedCluster.this::execute;
    }
  }
}
