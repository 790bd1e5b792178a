package io.shardyfusion.cli.measuring;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.job.embedded.EmbeddedCluster;
import io.shardyfusion.job.embedded.EmbeddedFlink;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;

/** A whole job on a Flink in this process, which publishes {@link GeneratedRows}. */
public final class Backfill {

  private static final long CANCEL_SECONDS = 30;

  private Backfill() {}

  /**
   * The result of a job.
   *
   * @param seconds from its submission to its end, Flink's start included
   * @param puts requests that wrote objects
   * @param gets requests that read objects
   */
  public record Done(double seconds, long puts, long gets) {}

  /**
   * Publishes the first {@code rows} rows as the next version.
   *
   * @throws ShardyfusionException if the job failed
   * @throws InterruptedException if this thread was interrupted; the job does not run any more
   */
  public static Done run(String dataset, StoreOptions options, int shards, long rows)
      throws InterruptedException {
    double seconds;
    try (EmbeddedCluster flink = EmbeddedCluster.of(EmbeddedFlink.configuration(null))) {
      StreamExecutionEnvironment environment = flink.environment();
      ShardyfusionSink.forStream(environment.fromSequence(0, rows - 1))
          .dataset(dataset)
          .store(options)
          .shards(shards)
          .key(GeneratedRows::key)
          .value(GeneratedRows::value)
          .append();
      long start = System.nanoTime();
      execute(environment);
      seconds = (System.nanoTime() - start) / 1e9;
    }
    try (ObjectStore store = ObjectStores.open(dataset, options)) {
      RunRecord run =
          new RunRecords(store).find(new Dataset(store).current().runId()).orElseThrow();
      return new Done(seconds, counter(run, "puts"), counter(run, "gets"));
    }
  }

  private static void execute(StreamExecutionEnvironment environment) throws InterruptedException {
    try {
      JobClient job = environment.executeAsync();
      try {
        job.getJobExecutionResult().get();
      } catch (InterruptedException e) {
        cancel(job);
        throw e;
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw ExceptionUtils.findSerializedThrowable(
              e, ShardyfusionException.class, Backfill.class.getClassLoader())
          .orElseGet(() -> new StorageException("the job failed: " + e, e));
    }
  }

  private static void cancel(JobClient job) throws InterruptedException {
    try {
      job.cancel().get(CANCEL_SECONDS, TimeUnit.SECONDS);
      job.getJobExecutionResult().get(CANCEL_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It has ended, which is what a cancelled job reports as a failure, or it does not want to.
    }
  }

  private static long counter(RunRecord run, String name) {
    Long counter = run.counters().get(name);
    if (counter == null) {
      throw new IllegalStateException("the run's record has no " + name + ": " + run.counters());
    }
    return counter;
  }
}
