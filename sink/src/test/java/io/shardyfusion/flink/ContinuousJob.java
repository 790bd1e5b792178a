package io.shardyfusion.flink;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.flink.LocalCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.client.JobCancellationException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * A continuous job of a test, on a Flink in this process: changes that a gate lets pass, and the
 * sink. It restarts at once, for ever, so that a job that has failed is one that no restart mends.
 */
@SuppressWarnings("try") // Closing waits for the job to end, so an interrupt may end it.
final class ContinuousJob implements AutoCloseable {

  static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final long POLL_NANOS = 10_000_000;
  private static final AtomicInteger DIRECTORIES = new AtomicInteger();

  private final Path directory;
  private final JobClient client;
  private final String uri;

  private ContinuousJob(Path directory, String uri, JobClient client) {
    this.directory = directory;
    this.uri = uri;
    this.client = client;
  }

  /** What a job is started with; the defaults are what most tests want. */
  static final class Settings {
    private final Path directory;
    private final Configuration flink = new Configuration();
    private String uri;
    private NumberedChanges changes = new NumberedChanges(1, 400);
    private GatedNumbers.Gate gate = new GatedNumbers.Gate();
    private long count = Long.MAX_VALUE;
    private int parallelism = 2;
    private int shards = 8;
    private Duration checkpoints = Duration.ofMillis(100);
    private Consumer<ShardyfusionSink<Long>> sink = s -> {};

    private Settings(Path directory, String uri) {
      this.directory = directory;
      this.uri = uri;
    }

    Settings changes(NumberedChanges log) {
      this.changes = log;
      return this;
    }

    Settings gate(GatedNumbers.Gate of) {
      this.gate = of;
      return this;
    }

    /** The input ends after that many changes. */
    Settings count(long changesInAll) {
      this.count = changesInAll;
      return this;
    }

    Settings parallelism(int subtasks) {
      this.parallelism = subtasks;
      return this;
    }

    Settings shards(int number) {
      this.shards = number;
      return this;
    }

    Settings checkpoints(Duration interval) {
      this.checkpoints = interval;
      return this;
    }

    Settings sink(Consumer<ShardyfusionSink<Long>> more) {
      this.sink = this.sink.andThen(more);
      return this;
    }

    Settings flink(Consumer<Configuration> more) {
      more.accept(flink);
      return this;
    }

    Settings restore(@Nullable Path checkpoint) {
      if (checkpoint != null) {
        flink.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString());
      }
      return this;
    }

    ContinuousJob start() throws Exception {
      Path files = directory.resolve("job-" + DIRECTORIES.incrementAndGet());
      Path temporary = Files.createDirectories(files.resolve("tmp"));
      Files.createDirectories(files.resolve("checkpoints"));
      flink.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
      flink.set(CoreOptions.TMP_DIRS, temporary.toString());
      flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(32L * parallelism));
      flink.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofMinutes(5));
      flink.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      flink.set(
          CheckpointingOptions.CHECKPOINTS_DIRECTORY,
          files.resolve("checkpoints").toUri().toString());
      flink.set(
          CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
          ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
      flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
      flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(20));
      StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(flink);
      env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
      env.enableCheckpointing(checkpoints.toMillis());
      NumberedChanges log = changes;
      ShardyfusionSink<Long> appended =
          ShardyfusionSink.forStream(
                  env.fromSource(
                          new GatedNumbers(gate, count),
                          WatermarkStrategy.noWatermarks(),
                          "changes")
                      .uid("changes")
                      .setParallelism(1)
                      // Several subtasks route; those of a key stay in order.
                      .keyBy(log::key))
              .dataset(uri)
              .shards(shards)
              .key(log::key)
              .value(log::valueBytes)
              .deleteWhen(log::deletes);
      sink.accept(appended);
      appended.append();
      return new ContinuousJob(files, uri, env.executeAsync("a job of a test"));
    }
  }

  /** A job that keeps what it needs in {@code directory}. */
  static Settings of(Path directory, String uri) {
    return new Settings(directory, uri);
  }

  Optional<Pointer> pointer() {
    return pointer(uri);
  }

  static Optional<Pointer> pointer(String uri) {
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      return new Dataset(store).pointer().map(PointerState::pointer);
    }
  }

  static long lastVersion(String uri) {
    return pointer(uri).map(Pointer::lastVersion).orElse(0L);
  }

  /** Waits until the newest version has those rows; fails if the job ends before. */
  void awaitNewest(Map<Long, String> rows, VersionReader reader) throws Exception {
    await(
        "the newest version to have " + rows.size() + " rows, as expected",
        () -> reader.newest().filter(rows::equals).isPresent());
  }

  /** Waits; fails if the job ends before. */
  void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.holds()) {
      JobStatus status = status();
      if (status.isGloballyTerminalState()) {
        if (condition.holds()) {
          return;
        }
        client.getJobExecutionResult().get();
        throw new AssertionError("the job is " + status + " without " + what);
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "waited " + DEADLINE + " for " + what + "; the job is " + status + ", " + pointer());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Something to wait for. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** The status of the job, also when the Flink that ran it is gone. */
  JobStatus status() throws Exception {
    CompletableFuture<JobExecutionResult> result = client.getJobExecutionResult();
    if (!result.isDone()) {
      try {
        return client.getJobStatus().get();
      } catch (IllegalStateException | ExecutionException e) {
        // The job has ended just now, and its Flink with it.
      }
    }
    try {
      result.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      return JobStatus.FINISHED;
    } catch (ExecutionException e) {
      return ExceptionUtils.findThrowable(e, JobCancellationException.class).isPresent()
          ? JobStatus.CANCELED
          : JobStatus.FAILED;
    }
  }

  /** Waits for the end of the input, and of the job. */
  JobExecutionResult awaitEnd() throws Exception {
    return client.getJobExecutionResult().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits until the job has failed for good, and returns what of ours it failed with. */
  ShardyfusionException awaitFailure() throws Exception {
    Throwable failure = awaitAnyFailure();
    return ExceptionUtils.findSerializedThrowable(
            failure, ShardyfusionException.class, ContinuousJob.class.getClassLoader())
        .orElseThrow(() -> new AssertionError("the job failed with another error", failure));
  }

  Throwable awaitAnyFailure() throws Exception {
    try {
      awaitEnd();
      throw new AssertionError("the job should fail, and has ended well");
    } catch (ExecutionException e) {
      return e;
    }
  }

  Path savepoint() throws Exception {
    return taken(() -> client.triggerSavepoint(savepoints(), SavepointFormatType.CANONICAL));
  }

  /** Stops with a savepoint, and waits for the end. */
  Path stop(boolean drain) throws Exception {
    Path savepoint =
        taken(() -> client.stopWithSavepoint(drain, savepoints(), SavepointFormatType.CANONICAL));
    awaitEnd();
    return savepoint;
  }

  private String savepoints() {
    return directory.resolve("savepoints").toUri().toString();
  }

  /** A savepoint; asks again while tasks of the job are being started, or restarted. */
  private static Path taken(Supplier<CompletableFuture<String>> request) throws Exception {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      try {
        return path(request.get().get(DEADLINE.toSeconds(), TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        if (System.nanoTime() > deadline
            || ExceptionUtils.findThrowable(e, CheckpointException.class).isEmpty()) {
          throw e;
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private static Path path(String uri) {
    return Path.of(java.net.URI.create(uri));
  }

  /** Waits until {@code more} further checkpoints have completed. */
  void awaitCheckpoints(int more) throws Exception {
    long before = newestCheckpoint();
    await(more + " more checkpoints", () -> newestCheckpoint() >= before + more);
  }

  private long newestCheckpoint() {
    return LocalCheckpoints.newest(directory.resolve("checkpoints"))
        .map(p -> Long.parseLong(p.getFileName().toString().substring("chk-".length())))
        .orElse(0L);
  }

  /** Ends the job as it stands, as a kill does; returns the last checkpoint. */
  Path kill() throws Exception {
    client.cancel().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    Await.until("the job ended", DEADLINE, client.getJobExecutionResult()::isDone);
    return lastCheckpoint();
  }

  /** The last checkpoint of a job that has ended. */
  Path lastCheckpoint() {
    return LocalCheckpoints.newest(directory.resolve("checkpoints")).orElseThrow();
  }

  /** Ends the job, and checks that it left no database behind. */
  @Override
  public void close() throws Exception {
    if (!client.getJobExecutionResult().isDone()) {
      client.cancel().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      try {
        awaitEnd();
      } catch (ExecutionException e) {
        // It was cancelled.
      }
    }
    Path temporary = directory.resolve("tmp");
    Await.until(
        "all databases were deleted",
        DEADLINE,
        () -> left(temporary).toString(),
        () -> left(temporary).isEmpty());
  }

  private static List<Path> left(Path temporary) {
    try (Stream<Path> paths = Files.walk(temporary)) {
      return paths.filter(p -> p.getFileName().toString().startsWith("shardyfusion")).toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      return List.of(temporary); // It is being deleted.
    }
  }
}
