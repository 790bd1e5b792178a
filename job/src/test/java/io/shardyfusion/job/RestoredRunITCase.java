package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.flink.BaseSnapshot;
import io.shardyfusion.flink.DuplicatePolicy;
import io.shardyfusion.job.input.BadRowPolicy;
import io.shardyfusion.job.input.InputOptions;
import io.shardyfusion.job.input.KeyColumn;
import io.shardyfusion.job.input.RowFormat;
import io.shardyfusion.job.input.ValueSelection;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.shard.TableProfile;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Continuous runs that are restored from what an earlier one left. */
final class RestoredRunITCase {

  private static final long DEADLINE_SECONDS = 60;

  @TempDir private Path directory;

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
    // Where manifests go there is a file.
    Path obstacle = Files.createDirectories(directory.resolve("data")).resolve("manifests");
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

  /** Runs until a version is announced, stops with a savepoint, and returns the version. */
  private static long runUntilAVersion(SnapshotJobConfig config) throws Exception {
    ContinuousRun run = ContinuousRun.start(config);
    CompletableFuture<Long> version = new CompletableFuture<>();
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> run.await(announced -> version.complete(announced.version()), restart -> {}));
    try {
      CompletableFuture.anyOf(version, end).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } finally {
      run.stop();
    }
    end.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    return version.get(0, TimeUnit.SECONDS);
  }

  private SnapshotJobConfig config(int shards) {
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
        new HashSharding(shards),
        TableProfile.BALANCED,
        DuplicatePolicy.LAST,
        Map.of(),
        2,
        false,
        false,
        new ContinuousOptions(
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ZERO,
            null,
            BaseSnapshot.EMPTY,
            directory.resolve("checkpoints").toString(),
            new ContinuousOptions.Restore.Auto()));
  }
}
