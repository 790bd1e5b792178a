package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.StoreFaults.ConditionalFault;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.changes.PrefixOracle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which checkpoints of a continuous job become versions. */
final class PublishIntervalITCase {

  private static final Duration LONG = Duration.ofHours(1);

  @TempDir private Path directory;

  private final NumberedChanges changes = new NumberedChanges(7, 300);
  private final GatedNumbers.Gate gate = new GatedNumbers.Gate();
  private String uri = "";

  @BeforeEach
  void nameDataset() {
    uri = directory.resolve("data").toUri().toString();
  }

  private ContinuousJob.Settings job() {
    return ContinuousJob.of(directory, uri).changes(changes).gate(gate);
  }

  /** Cleanups that keep what the run records name take nothing of it. */
  @Test
  void aCheckpointWithinTheIntervalIsDurableButNotAnnounced() throws Exception {
    Path savepoint;
    Path checkpoint;
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri)) {
      try (ContinuousJob job = job().sink(sink -> sink.publishInterval(LONG)).start()) {
        gate.openTo(200);
        job.await("a version", () -> ContinuousJob.lastVersion(uri) == 1);
        for (long open = 250; open <= 500; open += 50) {
          gate.openTo(open);
          job.awaitCheckpoints(1);
        }
        savepoint = job.stop(false);
      }
      assertThat(ContinuousJob.lastVersion(uri)).isEqualTo(1);
      assertThat(cleanup(SpecifiedCleanup.NotYetNamed.GOES))
          .as("what earlier checkpoints needed")
          .isNotEmpty();
      try (ContinuousJob job =
          job().sink(sink -> sink.publishInterval(LONG)).restore(savepoint).start()) {
        gate.openTo(600);
        // One may be under way that has not all of them.
        job.awaitCheckpoints(3);
        checkpoint = job.kill();
      }
      assertThat(ContinuousJob.lastVersion(uri)).isEqualTo(1);
      cleanup(SpecifiedCleanup.NotYetNamed.STAYS);
      try (ContinuousJob restored = job().restore(checkpoint).start()) {
        restored.awaitNewest(changes.rows(600), reader);
      }
    }
    assertThat(ContinuousJob.lastVersion(uri)).isEqualTo(2);
  }

  private List<String> cleanup(SpecifiedCleanup.NotYetNamed notYetNamed) {
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      return new SpecifiedCleanup(store).run(notYetNamed);
    }
  }

  @Test
  void whereNothingChangesNothingIsWrittenAndNothingAnnounced() throws Exception {
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri);
        ContinuousJob job = job().start()) {
      gate.openTo(200);
      job.awaitNewest(changes.rows(200), reader);
      job.awaitCheckpoints(2);
      Set<ObjectInfo> before = objects();
      job.awaitCheckpoints(5);
      assertThat(objects()).isEqualTo(before);
    }
  }

  private Set<ObjectInfo> objects() {
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults());
        Stream<ObjectInfo> objects = store.list("")) {
      return objects
          // The lease is renewed, whether something happens or not.
          .filter(o -> !o.key().startsWith("runs/"))
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  @Test
  void aBoundedInputEndsWithAVersionThatHoldsEverythingHoweverLongTheInterval() throws Exception {
    gate.openTo(1_000);
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri);
        ContinuousJob job = job().count(1_000).sink(sink -> sink.publishInterval(LONG)).start()) {
      job.awaitEnd();
      assertThat(reader.newest()).contains(changes.rows(1_000));
    }
  }

  @Test
  void anAnnouncementThatFailsAfterTheLastCheckpointIsMadeByTheNextAttempt() throws Exception {
    StoreFaults faults = new StoreFaults(1, 0, 0);
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri);
        ContinuousJob job =
            job()
                .count(1_000)
                .sink(sink -> sink.publishInterval(LONG).opener(faults.opener()))
                .start()) {
      gate.openTo(500);
      job.await("a version", () -> ContinuousJob.lastVersion(uri) == 1);
      faults.failConditional(3);
      gate.openTo(1_000);
      job.awaitEnd();
      assertThat(faults.count(ConditionalFault.ERROR)).isEqualTo(3);
      assertThat(reader.newest()).contains(changes.rows(1_000));
      assertThat(ContinuousJob.lastVersion(uri)).isEqualTo(2);
    }
  }

  @Test
  void unalignedCheckpointsAreExactToo() throws Exception {
    PrefixOracle oracle = new PrefixOracle();
    oracle.append(changes.log(40_000));
    try (VersionReader reader = new VersionReader(directory.resolve("read"), uri);
        ContinuousJob job =
            job()
                .count(40_000)
                .flink(flink -> flink.set(CheckpointingOptions.ENABLE_UNALIGNED, true))
                .start()) {
      for (long open = 5_000; open <= 40_000; open += 5_000) {
        gate.openTo(open);
        if (open < 40_000) {
          job.awaitCheckpoints(1);
        }
      }
      job.awaitEnd();
      reader.check(oracle, changes);
      oracle.requireComplete();
      assertThat(oracle.lastVersion()).isGreaterThan(3);
    }
  }
}
