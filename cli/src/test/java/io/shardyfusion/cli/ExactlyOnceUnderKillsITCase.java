package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.changes.ChangeStream;
import io.shardyfusion.testing.changes.ChangeStream.Order;
import io.shardyfusion.testing.changes.PrefixOracle;
import io.shardyfusion.testing.flink.FlinkCluster;
import io.shardyfusion.testing.flink.JobSubmission;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Continuous publishing is exactly once, whichever process is killed when.
 *
 * <p>A stream of changes is fed to the job as files while its TaskManagers and its JobManager are
 * killed with SIGKILL at random moments, also while it recovers from the kill before, and while it
 * is rescaled from 1 to 4 to 2. Every version that was announced in between must be the input up to
 * some place, none may go back, and the last must be the whole input; {@link PrefixOracle} decides.
 *
 * <p>{@code -Dshardyfusion.chaos.kills=200} kills as often in each test; {@code
 * -Dshardyfusion.seed=…} repeats the moments and the input, though not what the processes make of
 * them.
 */
final class ExactlyOnceUnderKillsITCase {

  private static final Path JOB =
      Path.of(System.getProperty("shardyfusion.root"), "job/target/shardyfusion-job.jar");
  private static final int KILLS = Integer.getInteger("shardyfusion.chaos.kills", 4);
  private static final int[] PARALLELISMS = {1, 4, 2};
  private static final int TASK_MANAGERS = 3;
  private static final int SLOTS = 2;

  /** Of kills after which the next one waits for a new version. */
  private static final double RECOVERED = 0.7;

  private static final Duration PROGRESS_DEADLINE = Duration.ofSeconds(90);

  /** Between looks whether the job has failed for good. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  private final long seed = Long.getLong("shardyfusion.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final PrefixOracle oracle = new PrefixOracle();
  private int taskManagersKilled;
  private int jobManagersKilled;

  private enum Victim {
    TASK_MANAGER,
    JOB_MANAGER
  }

  @Test
  void everyVersionIsThePrefixOfTheTotalOrderThatOneReaderGives() throws Exception {
    publishUnderKills(Order.TOTAL, List.of("--source-parallelism", "1"));
  }

  @Test
  void everyVersionIsAPrefixOfEachFileThatManyReadersRead() throws Exception {
    publishUnderKills(Order.PER_FILE, List.of("--source-parallelism", "3"));
  }

  private void publishUnderKills(Order order, List<String> options) throws Exception {
    System.out.println("-Dshardyfusion.seed=" + seed + ", logs in " + directory);
    Path input = Files.createDirectory(directory.resolve("input"));
    Path state = Files.createDirectory(directory.resolve("state"));
    String dataset = directory.resolve("dataset").toUri().toString();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--mode=streaming",
                "--dataset=" + dataset,
                "--input=" + input,
                "--key=k",
                "--key-type=string",
                "--op-column=op",
                "--delete-values=d",
                "--shards=8",
                "--discovery-interval=200ms",
                "--checkpoint-interval=400ms"));
    arguments.addAll(options);
    JobSubmission submission =
        new JobSubmission(JOB, "io.shardyfusion.job.SnapshotJob", arguments, PARALLELISMS[0]);
    Map<String, String> settings =
        Map.of(
            "execution.checkpointing.dir",
            state.toUri().toString(),
            "execution.checkpointing.externalized-checkpoint-retention",
            "RETAIN_ON_CANCELLATION",
            // Seen with Flink 2.3.0: a TaskManager dies while a checkpoint is triggered, the job is
            // restored before that request has timed out, and the next checkpoint waits without end
            // for an event that was sent to the dead one. Then this makes the job restart.
            "execution.checkpointing.timeout",
            "15s");

    try (FlinkCluster cluster =
            FlinkCluster.start(directory.resolve("flink"), TASK_MANAGERS, SLOTS, settings);
        AnnouncedVersions versions =
            new AnnouncedVersions(dataset, oracle, directory.resolve("read"))) {
      try (ChangeFeeder feeder = new ChangeFeeder(input, new ChangeStream(seed, order), oracle)) {
        RestartedJob job = new RestartedJob(cluster, submission, state);
        rescaleAndKill(cluster, job, versions);
        feeder.finish();
        await("a version that holds the whole input", job, versions, oracle::isComplete);
        job.stop();
      } catch (AssertionError e) {
        versions.requireNoFailure();
        throw e;
      }
      Await.until(
          "every version is checked",
          PROGRESS_DEADLINE,
          () -> versions.failed() || oracle.lastVersion() == versions.announced());
      versions.requireNoFailure();
      oracle.requireComplete();
      versions.verify(versions.announced());
      System.out.printf(
          "%s; %s verified; %s TaskManagers and %s JobManagers killed%n",
          oracle.summary(), versions.verified(), taskManagersKilled, jobManagersKilled);
      assertThat(versions.announced()).isGreaterThan(KILLS / 2);
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n-Dshardyfusion.seed=" + seed + ", logs in " + directory, e);
    }
  }

  private void rescaleAndKill(FlinkCluster cluster, RestartedJob job, AnnouncedVersions versions) {
    for (int phase = 0; phase < PARALLELISMS.length; phase++) {
      if (phase == 1) {
        // So that it is also stopped before the JobManager has noticed.
        killTaskManager(cluster);
        job.rescaleFromSavepoint(PARALLELISMS[phase]);
      } else if (phase > 1) {
        job.rescaleFromCheckpoint(PARALLELISMS[phase]);
      }
      awaitProgress(job, versions);
      for (Victim victim : victims(KILLS * (phase + 1) / 3 - KILLS * phase / 3)) {
        // A random moment: of the checkpoints, and of the recovery from the kill before.
        Await.within(Duration.ofMillis(random.nextInt(1_500)), versions::failed);
        kill(victim, cluster, job);
        if (random.nextDouble() < RECOVERED || victim == Victim.JOB_MANAGER) {
          awaitProgress(job, versions);
        }
      }
      awaitProgress(job, versions);
    }
  }

  private void kill(Victim victim, FlinkCluster cluster, RestartedJob job) {
    if (victim == Victim.TASK_MANAGER) {
      killTaskManager(cluster);
    } else {
      cluster.killJobManager();
      jobManagersKilled++;
      if (random.nextBoolean()) {
        killTaskManager(cluster);
      }
      cluster.restartJobManager();
      job.restore();
    }
  }

  private void killTaskManager(FlinkCluster cluster) {
    cluster.killTaskManager(random.nextInt(cluster.taskManagers()));
    taskManagersKilled++;
    cluster.addTaskManager();
  }

  /** One of them is the JobManager. */
  private List<Victim> victims(int count) {
    List<Victim> victims = new ArrayList<>(Collections.nCopies(count, Victim.TASK_MANAGER));
    if (count > 0) {
      victims.set(random.nextInt(count), Victim.JOB_MANAGER);
    }
    return victims;
  }

  private static void awaitProgress(RestartedJob job, AnnouncedVersions versions) {
    long before = versions.announced();
    await("a version after " + before, job, versions, () -> versions.announced() > before);
  }

  private static void await(
      String what, RestartedJob job, AnnouncedVersions versions, BooleanSupplier condition) {
    Await.until(
        what,
        PROGRESS_DEADLINE,
        job::state,
        () -> {
          job.requireAlive();
          return Await.within(PATIENCE, () -> versions.failed() || condition.getAsBoolean());
        });
    versions.requireNoFailure();
  }
}
