package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.job.embedded.EmbeddedCluster;
import io.shardyfusion.job.embedded.EmbeddedFlink;
import io.shardyfusion.job.embedded.Restart;
import io.shardyfusion.job.embedded.RestartWatch;
import io.shardyfusion.job.input.kafka.TopicCheck;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.surroundings.GivenText;
import io.shardyfusion.surroundings.HomeDirectory;
import io.shardyfusion.surroundings.LocalPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A continuous job on a Flink embedded in this process. One thread starts it and {@linkplain #await
 * waits}; any thread may {@linkplain #stop stop} it.
 */
public final class ContinuousRun {

  private static final Logger LOG = LoggerFactory.getLogger(ContinuousRun.class);

  private static final long POLL_MILLIS = 250;
  private static final long STOP_SECONDS = 60;

  private final SnapshotJobConfig config;
  private final String checkpoints;
  private final RunOrigin origin;
  private final String runId;
  private final EmbeddedCluster flink;
  private final JobClient client;
  private final CompletableFuture<JobExecutionResult> result;

  /** Null while nobody has asked to stop; then, whether the job ended because of that. */
  private volatile @Nullable CompletableFuture<Boolean> stopping;

  private ContinuousRun(
      SnapshotJobConfig config,
      String checkpoints,
      RunOrigin origin,
      String runId,
      EmbeddedCluster flink,
      JobClient client) {
    this.config = config;
    this.checkpoints = checkpoints;
    this.origin = origin;
    this.runId = runId;
    this.flink = flink;
    this.client = client;
    this.result = client.getJobExecutionResult();
  }

  /**
   * Starts the job.
   *
   * @throws io.shardyfusion.InvalidRequestException if the configuration cannot be used, or an
   *     input is not there
   * @throws io.shardyfusion.StorageException if storage failed
   * @throws io.shardyfusion.ConflictException if it is to go on from where a run is that is alive
   */
  public static ContinuousRun start(SnapshotJobConfig config) {
    ContinuousOptions options = SnapshotJob.continuous(config);
    String directory = options.checkpointDirectory();
    String checkpoints = directory == null ? defaultDirectory(config.dataset()) : directory;
    RunOrigin origin = RunOrigin.of(config, options.restore(), checkpoints);
    EmbeddedCluster flink = null;
    try {
      if (config.input().source() instanceof KafkaOptions kafka) {
        TopicCheck.require(kafka, LOG::warn);
      }
      flink =
          EmbeddedCluster.of(
              EmbeddedFlink.continuous(
                  config.parallelism(), RetainedCheckpoints.uri(checkpoints), origin.path()));
      StreamExecutionEnvironment environment = flink.environment();
      String runId = SnapshotJob.append(environment, config);
      JobClient client = environment.executeAsync("shardyfusion " + config.dataset());
      origin.heldBy(runId);
      return new ContinuousRun(config, checkpoints, origin, runId, flink, client);
    } catch (Exception e) {
      if (flink != null) {
        flink.close();
      }
      origin.close();
      throw origin.translate(e);
    }
  }

  /** A directory that belongs to the dataset, so that a later run finds what this one left. */
  private static String defaultDirectory(String dataset) {
    Path root = stateHome();
    String name = CheckpointLock.nameOf(dataset);
    String digest = Sha256.of(name.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
    Path directory = root.resolve("shardyfusion").resolve("checkpoints").resolve(digest);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InvalidRequestException(
          """
          the default directory for checkpoints, %s, cannot be created: %s; name another \
          (--checkpoint-dir)"""
              .formatted(directory, e),
          e);
    }
    return directory.toString();
  }

  /** The directory of the state of the user's programs, by the XDG Base Directory Specification. */
  private static Path stateHome() {
    String state = GivenText.variable("XDG_STATE_HOME");
    if (state != null && !state.isBlank()) {
      Path root = LocalPath.of(state);
      if (!root.isAbsolute()) {
        throw new InvalidRequestException(
            "the environment variable XDG_STATE_HOME must be an absolute path, found '"
                + state
                + "'; correct it, or name a directory for checkpoints (--checkpoint-dir)");
      }
      return root;
    }
    Path home = HomeDirectory.find();
    if (home == null) {
      throw new InvalidRequestException(
          "there is no directory to keep checkpoints in: this user has no home directory, and the"
              + " environment's HOME is no absolute path; set HOME, or name a directory for"
              + " checkpoints (--checkpoint-dir)");
    }
    return home.resolve(".local").resolve("state");
  }

  /** The id of this run, which the dataset's history and the run record name. */
  public String runId() {
    return runId;
  }

  /** The directory of checkpoints and savepoints. */
  public String checkpointDirectory() {
    return checkpoints;
  }

  /** The checkpoint or savepoint that the job was restored from, or null. */
  public @Nullable String restoredFrom() {
    return origin.path();
  }

  /**
   * Waits until the job has ended or was stopped, and Flink with it.
   *
   * @param versions is told each version that is announced, in order, on this thread
   * @param restarts is told each time that the job failed and restarts, on this thread
   * @throws ShardyfusionException if the job failed for good
   */
  public void await(Consumer<AnnouncedVersion> versions, Consumer<Restart> restarts) {
    try (flink;
        VersionFollower follower = new VersionFollower(config, runId)) {
      RestartWatch failures = flink.restarts(client.getJobID());
      while (!hasEnded()) {
        follower.poll(versions);
        failures.poll(restarts);
        origin.takeLock(runId);
      }
      follower.poll(versions);
      checkResult();
      SnapshotJob.end(config, runId, RunRecord.Status.SUCCEEDED, null);
    } catch (Exception e) {
      throw SnapshotJob.failed(config, runId, origin.translate(e));
    } finally {
      origin.close();
    }
  }

  private boolean hasEnded() throws InterruptedException {
    try {
      result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      // Told when the last versions have been.
    }
    return true;
  }

  /**
   * Throws what the job failed with. That it was stopped is no failure, nor that the embedded Flink
   * is gone then before it told the result.
   */
  private void checkResult() throws ExecutionException, InterruptedException {
    try {
      result.get();
    } catch (ExecutionException e) {
      CompletableFuture<Boolean> outcome = stopping;
      if (outcome == null || !outcome.get()) {
        throw e;
      }
    }
  }

  /**
   * Stops the job with a savepoint, which a later run goes on from exactly where this one stopped;
   * where that cannot be taken, as while the job restarts, it ends with its last checkpoint. Waits
   * until it has ended.
   */
  public synchronized void stop() {
    if (stopping != null) {
      return;
    }
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    stopping = outcome;
    boolean ended = false;
    try {
      ended = tryStop() || tryCancel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      outcome.complete(ended);
    }
  }

  private boolean tryStop() throws InterruptedException {
    return succeeds(
        () ->
            client.stopWithSavepoint(
                false, RetainedCheckpoints.uri(checkpoints), SavepointFormatType.NATIVE));
  }

  private boolean tryCancel() throws InterruptedException {
    return succeeds(client::cancel);
  }

  private static boolean succeeds(Supplier<CompletableFuture<?>> request)
      throws InterruptedException {
    try {
      request.get().get(STOP_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      return false;
    }
  }
}
