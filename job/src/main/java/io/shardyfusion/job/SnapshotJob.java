package io.shardyfusion.job;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.ShardRow;
import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.job.input.InputFiles;
import io.shardyfusion.job.input.InputOptions;
import io.shardyfusion.job.input.RowInput;
import io.shardyfusion.job.input.ValueSelection;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job that turns files into a snapshot: reads rows, routes them to shards, builds a database
 * for each, and publishes them as one version. Runs on a cluster ({@link #main}), in this process
 * ({@link #runEmbedded}), or in an environment of the caller's ({@link #run}).
 */
public final class SnapshotJob {

  private SnapshotJob() {}

  /**
   * Runs on the cluster that {@code flink run} submits to, with the options of {@code shardy run};
   * prints the result as one JSON object.
   *
   * @throws Exception with which Flink's client reports a failed job
   */
  public static void main(String[] args) throws Exception {
    SnapshotJobCommand.run(args);
  }

  /**
   * Runs on a Flink embedded in this process, and waits for the end.
   *
   * @param progress is told now and then how far the job has come, on a thread of its own
   * @throws ShardyfusionException as {@link #run} throws
   */
  public static RunResult runEmbedded(SnapshotJobConfig config, Consumer<RunProgress> progress) {
    Configuration flink = EmbeddedFlink.configuration(config.parallelism());
    return run(StreamExecutionEnvironment.createLocalEnvironment(flink), config, progress);
  }

  /**
   * Runs in {@code environment}, and waits for the end.
   *
   * @param progress is told now and then how far the job has come, on a thread of its own
   * @throws io.shardyfusion.InvalidRequestException if the configuration cannot be used, or an
   *     input is not there
   * @throws io.shardyfusion.DataDamagedException if a row cannot be read
   * @throws io.shardyfusion.StorageException if storage failed
   * @throws io.shardyfusion.ConflictException if another writer announced in between
   */
  public static RunResult run(
      StreamExecutionEnvironment environment,
      SnapshotJobConfig config,
      Consumer<RunProgress> progress) {
    try (RunMonitor monitor = new RunMonitor(config, progress)) {
      environment.configure(EmbeddedFlink.batchJob());
      if (config.parallelism() != null) {
        environment.setParallelism(config.parallelism());
      }
      String runId = append(environment, config);
      JobClient client = environment.executeAsync("shardyfusion snapshot of " + config.dataset());
      return monitor.await(client, runId);
    } catch (Exception e) {
      throw JobFailures.translate(e);
    }
  }

  private static String append(StreamExecutionEnvironment environment, SnapshotJobConfig config) {
    ShardyfusionSink<ShardRow> sink =
        ShardyfusionSink.forRoutedRows(
                RowInput.batch(
                    environment,
                    InputFiles.resolve(config.input().paths()),
                    config.input(),
                    config.sharding()))
            .dataset(config.dataset())
            .store(config.store())
            .sharding(config.sharding())
            .keyEncoding(config.input().key().encoding())
            .valueFormat(valueFormat(config.input()))
            .profile(config.profile())
            .duplicates(config.duplicates())
            .custom(config.custom());
    return config.takeover() ? sink.takeover().append() : sink.append();
  }

  private static ValueFormat valueFormat(InputOptions input) {
    return input.value() instanceof ValueSelection.Column ? ValueFormat.TEXT : ValueFormat.JSON;
  }
}
