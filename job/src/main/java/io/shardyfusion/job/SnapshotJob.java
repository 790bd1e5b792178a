package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.job.embedded.EmbeddedCluster;
import io.shardyfusion.job.embedded.EmbeddedFlink;
import io.shardyfusion.job.embedded.JobFailures;
import io.shardyfusion.job.input.RowInput;
import io.shardyfusion.job.input.files.InputFiles;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.RowSource;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The job that turns files or a topic into snapshots: reads rows, routes them to shards, builds a
 * database for each, and publishes them: as one version, or, continuously, as a version at each
 * checkpoint. Runs on a cluster ({@link #main}), in this process ({@link #runEmbedded}, {@link
 * ContinuousRun}), or in an environment of the caller's ({@link #run}).
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
  public static AnnouncedVersion runEmbedded(
      SnapshotJobConfig config, Consumer<RunProgress> progress) {
    try (EmbeddedCluster flink =
        EmbeddedCluster.of(EmbeddedFlink.configuration(config.parallelism()))) {
      return run(flink.environment(), config, progress);
    }
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
   * @throws io.shardyfusion.EmptySnapshotException if the result has no rows, the dataset has some,
   *     and the configuration does not allow that
   */
  public static AnnouncedVersion run(
      StreamExecutionEnvironment environment,
      SnapshotJobConfig config,
      Consumer<RunProgress> progress) {
    if (config.continuous() != null) {
      throw new InvalidRequestException(
          "a continuous job has no end to wait for; submit it with submitContinuous(…)");
    }
    String runId = null;
    try (RunMonitor monitor = new RunMonitor(config, progress)) {
      environment.configure(EmbeddedFlink.batchJob());
      runId = append(environment, config);
      JobClient client = environment.executeAsync(nameOf(config));
      return monitor.await(client, runId);
    } catch (Exception e) {
      throw failed(config, runId, JobFailures.translate(e));
    }
  }

  /**
   * Submits a continuous job to the cluster of {@code environment}; waits for its end only where
   * Flink's client was told to, as {@code flink run} does without {@code -d}.
   *
   * @throws InvalidRequestException if the configuration cannot be used, or an input is not there
   * @throws io.shardyfusion.StorageException if storage failed
   * @throws io.shardyfusion.ConflictException if another writer has the dataset
   */
  static void submitContinuous(StreamExecutionEnvironment environment, SnapshotJobConfig config) {
    ContinuousOptions options = continuous(config);
    if (!(options.restore() instanceof ContinuousOptions.Restore.None)) {
      throw new InvalidRequestException(
          "--restore is for an embedded Flink; on a cluster, restore with flink run -s PATH");
    }
    if (options.checkpointDirectory() != null) {
      Configuration checkpoints = new Configuration();
      checkpoints.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, options.checkpointDirectory());
      environment.configure(checkpoints);
    }
    try {
      append(environment, config);
      environment.execute(nameOf(config));
    } catch (Exception e) {
      throw JobFailures.translate(e);
    }
  }

  /** Notes in the run record that the run failed with {@code failure}, and returns that. */
  static ShardyfusionException failed(
      SnapshotJobConfig config, @Nullable String runId, ShardyfusionException failure) {
    if (runId != null) {
      end(config, runId, RunRecord.Status.FAILED, failure);
    }
    return failure;
  }

  /** Notes in the run record that the run ended. */
  static void end(
      SnapshotJobConfig config,
      String runId,
      RunRecord.Status status,
      @Nullable ShardyfusionException failure) {
    try (ObjectStore store = ObjectStores.open(config.dataset(), config.store())) {
      String error = failure == null ? null : failure.getMessage();
      new RunRecords(store).end(runId, status, error, Instant.now());
    } catch (ShardyfusionException e) {
      // The lease ends by itself.
      if (failure != null) {
        failure.addSuppressed(e);
      }
    }
  }

  private static String nameOf(SnapshotJobConfig config) {
    return "shardyfusion snapshot of " + config.dataset();
  }

  static ContinuousOptions continuous(SnapshotJobConfig config) {
    ContinuousOptions options = config.continuous();
    if (options == null) {
      throw new InvalidRequestException("the job is a bounded backfill; expected --mode streaming");
    }
    return options;
  }

  /** Appends the whole job to {@code environment}, and returns the id of the run. */
  static String append(StreamExecutionEnvironment environment, SnapshotJobConfig config) {
    if (config.parallelism() != null) {
      environment.setParallelism(config.parallelism());
    }
    ContinuousOptions options = config.continuous();
    if (options == null) {
      return sink(
              config,
              RowInput.batch(
                  environment,
                  InputFiles.resolve(config.input().paths()),
                  config.input(),
                  config.content().sharding()))
          .append();
    }
    environment.configure(EmbeddedFlink.continuousJob());
    Duration interval = options.checkpointInterval();
    if (interval != null || !environment.getCheckpointConfig().isCheckpointingEnabled()) {
      environment.enableCheckpointing(
          (interval == null ? ContinuousOptions.DEFAULT_CHECKPOINT_INTERVAL : interval).toMillis());
    }
    String runId = UUID.randomUUID().toString().replace("-", "");
    return sink(
            config,
            RowInput.continuous(
                environment,
                config.input(),
                options.discoveryInterval(),
                sourceParallelism(environment, config.input(), options),
                config.content().sharding(),
                new InputRun(config.dataset(), config.store(), runId)))
        .runId(runId)
        .base(options.base())
        .publishInterval(options.publishInterval())
        .append();
  }

  private static int sourceParallelism(
      StreamExecutionEnvironment environment, InputOptions input, ContinuousOptions options) {
    Integer chosen = options.sourceParallelism();
    if (chosen != null) {
      return chosen;
    }
    return input.source() instanceof RowSource.Files ? 1 : environment.getParallelism();
  }

  private static ShardyfusionSink<ShardRow> sink(
      SnapshotJobConfig config, DataStream<ShardRow> rows) {
    ShardyfusionSink<ShardRow> sink =
        ShardyfusionSink.forRoutedRows(rows)
            .dataset(config.dataset())
            .store(config.store())
            .sharding(config.content().sharding())
            .keyEncoding(config.input().key().encoding())
            .valueFormat(valueFormat(config.input()))
            .profile(config.content().profile())
            .duplicates(config.content().duplicates())
            .custom(config.content().custom());
    if (config.replacing().takeover()) {
      sink.takeover();
    }
    if (config.replacing().allowEmpty()) {
      sink.allowEmpty();
    }
    ValueSchema schema = config.content().valueSchema();
    if (schema != null) {
      sink.valueSchema(schema);
    }
    if (config.replacing().allowSchemaChange()) {
      sink.allowSchemaChange();
    }
    return sink;
  }

  private static ValueFormat valueFormat(InputOptions input) {
    return input.value() instanceof ValueSelection.Column ? ValueFormat.TEXT : ValueFormat.JSON;
  }
}
