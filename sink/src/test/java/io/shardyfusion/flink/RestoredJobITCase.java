package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.changes.PrefixOracle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Continuous jobs that go on from checkpoints and savepoints. */
final class RestoredJobITCase {

  @TempDir private Path directory;

  private final NumberedChanges changes = new NumberedChanges(11, 300);
  private final GatedNumbers.Gate gate = new GatedNumbers.Gate();
  private String uri = "";

  @BeforeEach
  void nameDataset() {
    uri = directory.resolve("data").toUri().toString();
  }

  private ContinuousJob.Settings job() {
    return ContinuousJob.of(directory, uri).changes(changes).gate(gate).count(2_000);
  }

  @Test
  void aJobGoesOnExactlyFromCheckpointSavepointAndDrainAtAnyParallelism() throws Exception {
    PrefixOracle oracle = new PrefixOracle();
    oracle.append(changes.log(2_000));
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri)) {
      Path checkpoint;
      try (ContinuousJob job = job().parallelism(1).start()) {
        gate.openTo(300);
        job.awaitNewest(changes.rows(300), reader);
        gate.openTo(500);
        checkpoint = job.kill();
      }
      try (ContinuousJob job = job().parallelism(4).restore(checkpoint).start()) {
        job.awaitNewest(changes.rows(500), reader);
        gate.openTo(900);
        checkpoint = job.stop(false);
      }
      reader.check(oracle, changes);
      try (ContinuousJob job = job().parallelism(2).restore(checkpoint).start()) {
        job.awaitNewest(changes.rows(900), reader);
        gate.openTo(1_400);
        job.awaitNewest(changes.rows(1_400), reader);
        job.savepoint();
        gate.openTo(1_500);
        job.awaitNewest(changes.rows(1_500), reader);
        checkpoint = job.stop(true);
      }
      reader.check(oracle, changes);
      try (ContinuousJob job = job().parallelism(3).restore(checkpoint).start()) {
        gate.openTo(2_000);
        job.awaitEnd();
        assertThat(reader.newest()).contains(changes.rows(2_000));
      }
      reader.check(oracle, changes);
      oracle.requireComplete();
    }
  }

  @Test
  void aStopWithSavepointAnnouncesWhatItHolds() throws Exception {
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri);
        // No checkpoint but the savepoint.
        ContinuousJob job = job().checkpoints(Duration.ofHours(1)).start()) {
      gate.openTo(300);
      job.await("all to be read", () -> gate.passed() == 300);
      job.stop(false);
      assertThat(reader.newest()).contains(changes.rows(300));
    }
  }

  @Test
  void whatASavepointHoldsIsAnnouncedByTheJobThatIsRestoredFromIt() throws Exception {
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri)) {
      Path savepoint;
      try (ContinuousJob job = job().checkpoints(Duration.ofHours(1)).start()) {
        gate.openTo(300);
        job.await("all to be read", () -> gate.passed() == 300);
        savepoint = job.savepoint();
      }
      try (ContinuousJob job = job().restore(savepoint).start()) {
        job.awaitNewest(changes.rows(300), reader);
      }
    }
  }

  /** The first fifty numbers set a key each, and the next fifty delete them. */
  @Test
  void aVersionWithoutRowsThatWasRefusedIsAnnouncedByTheJobThatMayAndIsRestored() throws Exception {
    ContinuousJob.Settings deletes =
        job().sink(sink -> sink.key(n -> n % 50).deleteWhen(n -> n >= 50));
    Path checkpoint;
    try (ContinuousJob job = deletes.start()) {
      gate.openTo(50);
      job.await("a version of all keys", () -> inputOfNewest() == 50);
      gate.openTo(100);
      assertThat(job.awaitFailure())
          .isInstanceOf(EmptySnapshotException.class)
          .hasMessageContaining("allowEmpty()");
      assertThat(inputOfNewest()).isLessThan(100);
      checkpoint = job.lastCheckpoint();
    }
    try (ContinuousJob job =
        deletes.sink(ShardyfusionSink::allowEmpty).restore(checkpoint).start()) {
      job.await("the empty version", () -> inputOfNewest() == 100);
      PointerEntry empty = job.pointer().orElseThrow().current();
      assertThat(empty.rows()).isZero();
      assertThat(empty.rowsExact()).isTrue();
    }
  }

  /** How much of the input the newest version holds. */
  private long inputOfNewest() {
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri)) {
      return reader
          .pointer()
          .flatMap(p -> p.history().stream().findFirst())
          .map(entry -> reader.input(entry).rowsRead())
          .orElse(0L);
    }
  }

  @Test
  void aCheckpointWhoseFilesWereCleanedUpNamesTheFileAndTheRemedy() throws Exception {
    Path checkpoint = killed();
    String deleted;
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      Dataset dataset = new Dataset(store);
      deleted =
          dataset.manifest(dataset.current().manifest()).shards().stream()
              .flatMap(s -> dataset.descriptor(s).files().stream())
              .map(TableFile::object)
              .findFirst()
              .orElseThrow();
      store.delete(List.of(deleted));
    }
    try (ContinuousJob job = job().restore(checkpoint).start()) {
      ShardyfusionException failure = job.awaitFailure();
      assertThat(failure)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining(deleted)
          .hasMessageContaining("were they cleaned up?")
          .hasMessageContaining("base(CURRENT)");
    }
  }

  @Test
  void anotherNumberOfShardsIsRefused() throws Exception {
    Path checkpoint = killed();
    // What SnapshotJob says then is a test of its own.
    assertThatThrownBy(() -> job().shards(4).restore(checkpoint).start())
        .hasStackTraceContaining("Max parallelism mismatch");
  }

  @Test
  void anotherUidPrefixIsRefusedByFlink() throws Exception {
    Path checkpoint = killed();
    assertThatThrownBy(
            () -> job().sink(sink -> sink.uidPrefix("other")).restore(checkpoint).start())
        .hasStackTraceContaining("Cannot map checkpoint/savepoint state");
  }

  @Test
  void anotherUidPrefixIsRefusedEvenWhereFlinkMayDropState() throws Exception {
    Path checkpoint = killed();
    long version = ContinuousJob.lastVersion(uri);
    try (ContinuousJob job =
        job()
            .sink(sink -> sink.uidPrefix("other"))
            .flink(flink -> flink.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true))
            .restore(checkpoint)
            .start()) {
      gate.openTo(400);
      assertThat(job.awaitFailure())
          .isInstanceOfAny(DataDamagedException.class, InvalidRequestException.class)
          .hasMessageContaining("base(CURRENT)");
    }
    assertThat(ContinuousJob.lastVersion(uri)).isEqualTo(version);
  }

  /** A checkpoint of a job that was killed, whose changes are all announced. */
  private Path killed() throws Exception {
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri);
        ContinuousJob job = job().start()) {
      gate.openTo(300);
      job.awaitNewest(changes.rows(300), reader);
      return job.kill();
    }
  }
}
