package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.job.embedded.Restart;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Continuous runs that are restored from what an earlier one left, in a process whose locale has
 * digits of its own.
 */
final class RestoredRunITCase {

  private static final long DEADLINE_SECONDS = 60;

  @TempDir private Path directory;

  private final Locale before = Locale.getDefault();

  @BeforeEach
  @SuppressWarnings("DefaultLocale") // It is what the test is about.
  void useALocaleWithOtherDigits() {
    Locale.setDefault(new Locale("ar", "EG"));
    assertThat(String.format("%d", 1)).isEqualTo("\u0661");
  }

  @AfterEach
  void useTheLocaleOfBefore() {
    Locale.setDefault(before);
  }

  @Test
  void aRestoreWithAnotherNumberOfShardsNamesTheRemedy() throws Exception {
    Path input = Files.createDirectories(directory.resolve("in"));
    Files.writeString(input.resolve("1.jsonl"), "{\"id\":1}\n{\"id\":2}\n");
    assertThat(runUntilAVersion(config(4))).isEqualTo(1);

    assertThatThrownBy(() -> runUntilAVersion(config(8)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("another number of shards, which cannot change")
        .hasMessageContaining("restore with the same number")
        .hasMessageContaining("backfill");

    Files.writeString(input.resolve("2.jsonl"), "{\"id\":3}\n");
    assertThat(runUntilAVersion(config(4))).isEqualTo(2);
  }

  @Test
  void eachRestartIsToldOnceWithItsCause() throws Exception {
    Path input = Files.createDirectories(directory.resolve("in"));
    Files.writeString(input.resolve("1.jsonl"), "{\"id\":1}\n");
    // Where table files go there is a file: uploads fail, on threads of their own.
    Path obstacle = Files.createDirectories(directory.resolve("data")).resolve("files");
    Files.writeString(obstacle, "");
    List<Restart> restarts = new CopyOnWriteArrayList<>();
    CompletableFuture<Long> version = new CompletableFuture<>();
    ContinuousRun run = ContinuousRun.start(config(2));
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> run.await(announced -> version.complete(announced.version()), restarts::add));
    try {
      Await.until("two restarts", Duration.ofMinutes(1), () -> restarts.size() == 2);
      Files.delete(obstacle);
      version.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } finally {
      run.stop();
    }
    end.get(DEADLINE_SECONDS, TimeUnit.SECONDS);

    assertThat(restarts).extracting(Restart::attempt).startsWith(1, 2).doesNotHaveDuplicates();
    assertThat(restarts).extracting(Restart::attempts).containsOnly(10);
    assertThat(restarts)
        .extracting(Restart::delay)
        .startsWith(Duration.ofSeconds(1), Duration.ofMillis(1500));
    assertThat(restarts)
        .allSatisfy(
            restart ->
                assertThat(restart.cause())
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(obstacle.toString()));
  }

  /** As after a clock was set back: the times of files say the opposite of what was. */
  @Test
  void theNewestIsWhatTheDatasetSaysWhateverTheTimesOfFilesSay() throws Exception {
    Path input = Files.createDirectories(directory.resolve("in"));
    Files.writeString(input.resolve("1.jsonl"), "{\"id\":1}\n");
    assertThat(runUntilAVersion(config(2))).isEqualTo(1);
    List<Path> older = metadata();
    Files.writeString(input.resolve("2.jsonl"), "{\"id\":2}\n");
    assertThat(runUntilAVersion(config(2))).isEqualTo(2);
    for (Path file : older) {
      if (Files.exists(file)) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofHours(2))));
      }
    }

    Files.writeString(input.resolve("3.jsonl"), "{\"id\":3}\n");
    ContinuousRun run = ContinuousRun.start(config(2));
    assertThat(run.restoredFrom()).isNotIn(older.stream().map(RestoredRunITCase::path).toList());
    assertThat(untilAVersion(run, () -> aSecondRunIsTold(run))).isEqualTo(3);

    // It said: stop that one, then run this again.
    Files.writeString(input.resolve("4.jsonl"), "{\"id\":4}\n");
    assertThat(runUntilAVersion(config(2))).isEqualTo(4);

    // One that takes over begins beside the other, and is the one that lives when that is gone.
    Files.writeString(input.resolve("5.jsonl"), "{\"id\":5}\n");
    try (CheckpointLock other = ((CheckpointLock.Attempt.Taken) tryTake()).lock()) {
      ContinuousRun over = ContinuousRun.start(takingOver(config(2)));
      assertThat(
              untilAVersion(
                  over,
                  () -> {
                    assertThat(holder()).doesNotContain(over.runId());
                    other.close();
                    Await.until(
                        "the lock is taken",
                        Duration.ofMinutes(1),
                        () -> holder().contains(over.runId()));
                    aSecondRunIsTold(over);
                  }))
          .isEqualTo(5);
    }
    assertThat(holder()).as("after its end").isEmpty();
  }

  private CheckpointLock.Attempt tryTake() {
    return CheckpointLock.tryTake(
        directory.resolve("checkpoints").toUri().toString(), config(2).dataset());
  }

  /** Who has the lock of the checkpoints; empty if nobody has. */
  private String holder() {
    CheckpointLock.Attempt attempt = tryTake();
    if (attempt instanceof CheckpointLock.Attempt.Taken taken) {
      taken.lock().close();
    }
    return attempt instanceof CheckpointLock.Attempt.Held held ? held.holder() : "";
  }

  private static SnapshotJobConfig takingOver(SnapshotJobConfig config) {
    return new SnapshotJobConfig(
        config.input(),
        config.dataset(),
        config.store(),
        config.content(),
        new SnapshotJobConfig.Replacing(true, config.replacing().allowEmpty(), false),
        config.parallelism(),
        config.continuous());
  }

  private void aSecondRunIsTold(ContinuousRun alive) {
    assertThatThrownBy(() -> ContinuousRun.start(config(2)))
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(
            "is alive: run " + alive.runId(),
            "process " + ProcessHandle.current().pid(),
            alive.checkpointDirectory(),
            "stop that one");
    // Without a lock, as on object storage, there is the lease.
    String gone = directory.resolve("checkpoints/0123/chk-105").toUri().toString();
    SnapshotJobConfig elsewhere =
        config(2, directory.resolve("elsewhere"), new ContinuousOptions.Restore.From(gone));
    assertThatThrownBy(() -> ContinuousRun.start(elsewhere).await(version -> {}, restart -> {}))
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(
            "chk-105", "seems to be alive", "run " + alive.runId(), "with a lease until");
  }

  private List<Path> metadata() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("checkpoints"))) {
      return files.filter(f -> f.endsWith("_metadata")).toList();
    }
  }

  private static String path(Path metadata) {
    return "file:" + metadata.getParent();
  }

  /** Runs until a version is announced, stops with a savepoint, and returns the version. */
  private static long runUntilAVersion(SnapshotJobConfig config) throws Exception {
    return untilAVersion(ContinuousRun.start(config), () -> {});
  }

  private static long untilAVersion(ContinuousRun run, Runnable then) throws Exception {
    CompletableFuture<Long> version = new CompletableFuture<>();
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> run.await(announced -> version.complete(announced.version()), restart -> {}));
    try {
      CompletableFuture.anyOf(version, end).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      then.run();
    } finally {
      run.stop();
    }
    end.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    return version.get(0, TimeUnit.SECONDS);
  }

  private SnapshotJobConfig config(int shards) {
    return config(shards, directory.resolve("checkpoints"), new ContinuousOptions.Restore.Auto());
  }

  private SnapshotJobConfig config(
      int shards, Path checkpoints, ContinuousOptions.Restore restore) {
    return new SnapshotJobConfig(
        new InputOptions(
            List.of(directory.resolve("in").toString()),
            new RowFormat.Jsonl(),
            KeyColumn.of("id", "long", null),
            ValueSelection.of("row"),
            null,
            BadRowPolicy.of("fail")),
        directory.resolve("data").toUri().toString(),
        StoreOptions.defaults(),
        new SnapshotJobConfig.Content(
            new HashSharding(shards), null, TableProfile.BALANCED, DuplicatePolicy.LAST, Map.of()),
        new SnapshotJobConfig.Replacing(false, false, false),
        2,
        new ContinuousOptions(
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ZERO,
            null,
            BaseSnapshot.EMPTY,
            checkpoints.toString(),
            restore));
  }
}
