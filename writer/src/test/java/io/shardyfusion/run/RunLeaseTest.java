package io.shardyfusion.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.RunNeeds;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunRecord.Status;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunLeaseTest {

  @TempDir private Path directory;

  private static final Instant STARTED = Instant.parse("2026-03-04T05:06:07.089Z");
  private static final int CHECKPOINTS_NOTED = 3;

  private final TestClock clock = new TestClock(STARTED);
  private RunStart start = start("1".repeat(32), null);
  private Writes writes;
  private CountingObjectStore store;

  /** Fails to write while it has a failure. */
  private static final class Writes extends ForwardingObjectStore {

    private @Nullable StorageException failure;

    Writes(ObjectStore store) {
      super(store);
    }

    @Override
    public void write(String key, byte[] content) {
      if (failure != null) {
        throw failure;
      }
      super.write(key, content);
    }
  }

  private static RunStart start(String runId, @Nullable ManifestRef base) {
    return new RunStart(runId, RunMode.STREAMING, STARTED, base, 0, CHECKPOINTS_NOTED);
  }

  @BeforeEach
  void open() {
    writes =
        new Writes(
            ObjectStores.open(directory.resolve("dataset").toString(), StoreOptions.defaults()));
    store = new CountingObjectStore(writes);
  }

  @AfterEach
  void nothingIsLeft() {
    store.close();
    Await.until(
        "the heartbeat ends",
        Duration.ofSeconds(30),
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().startsWith("shardyfusion-heartbeat")));
  }

  @Test
  void aRunThatBeginsIsRecordedAsAliveForTheLease() {
    try (RunLease lease = lease()) {
      assertThat(lease).isNotNull();
      assertThat(record().status()).isEqualTo(Status.RUNNING);
      assertThat(record().startedAt()).isEqualTo(STARTED);
      assertThat(record().leaseExpiresAt()).isEqualTo(clock.instant().plus(RunLease.LEASE));
      assertThat(record().lastVersion()).isNull();
    }
  }

  @Test
  void aHeartbeatRenewsTheLeaseAndChangesNothingElse() {
    try (RunLease lease = lease()) {
      lease.announced(3, Map.of("records", 10L));
      clock.advance(Duration.ofSeconds(30));
      lease.beat();

      assertThat(record().updatedAt()).isEqualTo(clock.instant());
      assertThat(record().leaseExpiresAt()).isEqualTo(clock.instant().plus(RunLease.LEASE));
      assertThat(record().lastVersion()).isEqualTo(3);
      assertThat(record().counters()).containsEntry("records", 10L);
    }
  }

  @Test
  void aHeartbeatThatFailsIsMadeUpForByTheNext() {
    try (RunLease lease = lease()) {
      writes.failure = new StorageException("injected", null);
      clock.advance(Duration.ofSeconds(30));
      assertThatCode(lease::beat).doesNotThrowAnyException();
      assertThat(record().updatedAt()).isEqualTo(STARTED);
      writes.failure = null;
      lease.beat();
      assertThat(record().updatedAt()).isEqualTo(clock.instant());
    }
  }

  @Test
  void anEndedRunIsNotBroughtBackByAHeartbeat() {
    try (RunLease lease = lease()) {
      lease.succeeded(1, Map.of());
      lease.beat();
      assertThat(record().status()).isEqualTo(Status.SUCCEEDED);
      assertThat(record().leaseExpiresAt()).isNull();
    }
    try (RunLease lease = lease()) {
      lease.failed(new StorageException("it broke", null));
      lease.beat();
      assertThat(record().status()).isEqualTo(Status.FAILED);
      assertThat(record().error()).isEqualTo("it broke");
    }
  }

  @Test
  void aLaterAttemptGoesOnWithTheRecordAndCountsNoVersionTwice() {
    try (RunLease lease = lease()) {
      lease.announced(1, Map.of("records", 10L, RunCounters.FILES, 5L));
      lease.announced(2, Map.of("records", 3L, RunCounters.FILES, 7L));
    }
    clock.advance(Duration.ofMinutes(1));
    try (RunLease lease = lease()) {
      lease.announced(1, Map.of("records", 10L, RunCounters.FILES, 5L));
      lease.announced(2, Map.of("records", 3L, RunCounters.FILES, 7L));
      lease.announced(3, Map.of("records", 1L, RunCounters.FILES, 6L));

      assertThat(record().lastVersion()).isEqualTo(3);
      assertThat(record().counters())
          .containsEntry("records", 14L)
          .containsEntry(RunCounters.FILES, 6L);
      assertThat(record().startedAt()).isEqualTo(STARTED);
    }
  }

  @Test
  void warningsThatTheWatcherOfTheInputHasWrittenStay() {
    RunWarning warning = new RunWarning(STARTED, true, "cannot read a");
    try (RunLease lease = lease()) {
      new RunRecords(store).warn(start.runId(), none -> List.of(warning));
      lease.beat();
      lease.announced(1, Map.of());
      assertThat(record().warnings()).containsExactly(warning);
    }
    try (RunLease lease = lease()) {
      lease.succeeded(2, Map.of());
      assertThat(record().warnings()).containsExactly(warning);
    }
  }

  @Test
  void whatACheckpointNeedsIsWrittenWhenTheRecordIsWrittenAnywayAndAtTheEnd() {
    try (RunLease lease = lease()) {
      lease.completed(needs(1));
      lease.completed(needs(2));
      assertThat(store.puts()).isEqualTo(1);
      assertThat(record().needs()).isEqualTo(RunNeeds.NONE);
      lease.beat();
      assertThat(record().needs().checkpoints()).containsExactly(needs(1), needs(2));
      lease.completed(needs(3));
      lease.announced(1, Map.of());
      assertThat(record().needs().checkpoints()).containsExactly(needs(1), needs(2), needs(3));
    }
    assertThat(store.puts()).as("nothing completed since").isEqualTo(3);

    try (RunLease lease = lease()) {
      lease.completed(needs(4));
    }
    assertThat(record().needs().checkpoints())
        .as("as many as are noted")
        .containsExactly(needs(2), needs(3), needs(4));
    new RunRecords(store).end(start.runId(), Status.SUCCEEDED, null, clock.instant());
    assertThat(record().needs().checkpoints()).last().isEqualTo(needs(4));
  }

  @Test
  void aRunNamesTheSnapshotThatItBeginsWithUntilACheckpointHasCompleted() {
    ManifestRef base =
        new ManifestRef(
            "manifests/20261122T095900.000Z_" + "b".repeat(32) + ".json",
            Sha256.of(new byte[] {7}));
    start = start(start.runId(), base);
    try (RunLease lease = lease()) {
      assertThat(lease).isNotNull();
      assertThat(record().needs()).isEqualTo(new RunNeeds(base, List.of()));
    }
    try (RunLease lease =
        new RunLease(start("2".repeat(32), null), store, clock, /* isRestored= */ true)) {
      assertThat(lease).isNotNull();
      assertThat(new RunRecords(store).find("2".repeat(32)).orElseThrow().needs())
          .as("of a run that goes on from a checkpoint")
          .isEqualTo(RunNeeds.NONE);
    }
    try (RunLease lease = lease()) {
      lease.completed(needs(1));
    }
    assertThat(record().needs()).isEqualTo(new RunNeeds(null, List.of(needs(1))));
  }

  private CheckpointNeeds needs(int checkpoint) {
    return new CheckpointNeeds(
        checkpoint, STARTED, null, List.of(new DescriptorRef(1, Sha256.of(new byte[checkpoint]))));
  }

  @Test
  void aFailureOfTheRecordDoesNotHideTheFailureOfTheRun() {
    try (RunLease lease = lease()) {
      writes.failure = new StorageException("no record either", null);
      StorageException failure = new StorageException("it broke", null);
      lease.failed(failure);

      assertThat(failure.getSuppressed()).hasSize(1);
      assertThat(failure.getSuppressed()[0]).hasMessage("no record either");
    }
  }

  @Test
  void anAnnouncementThatCannotBeRecordedFailsAndIsCountedOnceByTheNextAttempt() {
    try (RunLease lease = lease()) {
      writes.failure = new StorageException("injected", null);
      assertThatThrownBy(() -> lease.announced(1, Map.of("records", 10L)))
          .isInstanceOf(StorageException.class);
    }
    writes.failure = null;
    try (RunLease lease = lease()) {
      lease.announced(1, Map.of("records", 10L));
      assertThat(record().counters()).containsEntry("records", 10L);
    }
  }

  @Test
  void theRequestsOfTheCommitterAreCountedWithThoseOfTheRecordItself() {
    try (RunLease lease = lease()) {
      lease.announced(1, Map.of());
      assertThat(record().counters()).containsEntry(RunCounters.PUTS, 2L);
      assertThat(store.puts()).isEqualTo(2);
    }
  }

  private RunLease lease() {
    return new RunLease(start, store, clock, false);
  }

  private RunRecord record() {
    return new RunRecords(store).find(start.runId()).orElseThrow();
  }
}
