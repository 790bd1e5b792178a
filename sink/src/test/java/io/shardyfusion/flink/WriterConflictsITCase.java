package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.EditOutcome;
import io.shardyfusion.pointer.Order;
import io.shardyfusion.pointer.PointerOperations;
import io.shardyfusion.pointer.PointerOperations.Afterwards;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens where more than one writer is at a dataset: each case has one outcome. Jobs restart
 * for ever here, so one that has failed did so without a restart loop.
 */
final class WriterConflictsITCase {

  private static final int SHARDS = 8;
  private static final Order ORDER = new Order("ada", "a test");

  @TempDir private Path directory;

  private final NumberedChanges changes = new NumberedChanges(3, 200);
  private final GatedNumbers.Gate gate = new GatedNumbers.Gate();
  private final NumberedChanges otherChanges = new NumberedChanges(4, 200);
  private final GatedNumbers.Gate otherGate = new GatedNumbers.Gate();
  private String uri = "";

  @BeforeEach
  void nameDataset() {
    uri = directory.resolve("data").toUri().toString();
  }

  private ContinuousJob.Settings job() {
    return ContinuousJob.of(directory, uri).changes(changes).gate(gate);
  }

  private ContinuousJob.Settings otherJob() {
    return ContinuousJob.of(directory, uri).changes(otherChanges).gate(otherGate);
  }

  private VersionReader reader() {
    return new VersionReader(directory.resolve("read"), uri);
  }

  private Pointer pointer() {
    return ContinuousJob.pointer(uri).orElseThrow();
  }

  private WriterIdentity writer() {
    WriterIdentity writer = pointer().writer();
    assertThat(writer).isNotNull();
    return writer;
  }

  private static ConflictException conflict(ContinuousJob job) throws Exception {
    ShardyfusionException failure = job.awaitFailure();
    assertThat(failure).isInstanceOf(ConflictException.class);
    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    return (ConflictException) failure;
  }

  /** An old attempt's late announcement is refused, because the newer one has announced since. */
  @Test
  void anAttemptThatAnnouncesLateIsRefusedAndTheYoungerOneGoesOn() throws Exception {
    try (VersionReader reader = reader();
        ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      Path savepoint;
      Announcer old = new Announcer(store, Clock.systemUTC());
      try (ContinuousJob job = job().start()) {
        gate.openTo(100);
        job.awaitNewest(changes.rows(100), reader);
        savepoint = job.stop(false);
      }
      // The attempt that the savepoint is of announces once more, as itself, and then stalls.
      WriterIdentity identity = writer();
      PointerEntry before = pointer().history().get(0);
      Announcement first = late(reader, before, identity, 77);
      try (ContinuousJob job = job().restore(savepoint).start()) {
        gate.openTo(200);
        job.awaitNewest(changes.rows(200), reader);
        Pointer announced = pointer();
        assertThatThrownBy(() -> old.announce(first))
            .isInstanceOf(ConflictException.class)
            .hasMessageContaining("lineage " + identity.lineage() + " generation 2");
        assertThat(pointer()).isEqualTo(announced);
        gate.openTo(300);
        job.awaitNewest(changes.rows(300), reader);
        assertThat(writer().lineage()).isEqualTo(identity.lineage());
        assertThat(writer().generation()).isEqualTo(2);
      }
    }
  }

  /** A late announcement: the content of {@code before} again, under another name, after it. */
  private static Announcement late(
      VersionReader reader, PointerEntry before, WriterIdentity writer, long epoch) {
    return new Announcement(
        reader.storedAgain(before),
        before.runId(),
        new Announcement.Size(before.rows(), before.rowsExact(), before.bytes()),
        writer.lineage(),
        epoch,
        new Predecessor.Version(before.manifest()));
  }

  /** Of two jobs restored from one savepoint the first to announce goes on, the other fails. */
  @Test
  void ofTwoJobsRestoredFromOneSavepointTheFirstToAnnounceGoesOn() throws Exception {
    try (VersionReader reader = reader()) {
      Path savepoint;
      try (ContinuousJob job = job().start()) {
        gate.openTo(100);
        job.awaitNewest(changes.rows(100), reader);
        savepoint = job.stop(false);
      }
      try (ContinuousJob one = job().restore(savepoint).start();
          ContinuousJob two = job().restore(savepoint).start()) {
        gate.openTo(200);
        one.await(
            "one of them to fail",
            () -> one.status() == JobStatus.FAILED || two.status() == JobStatus.FAILED);
        ContinuousJob winner = one.status() == JobStatus.FAILED ? two : one;
        ContinuousJob loser = winner == one ? two : one;
        assertThat(conflict(loser)).hasMessageContaining("lineage " + writer().lineage());
        gate.openTo(300);
        winner.awaitNewest(changes.rows(300), reader);
      }
    }
  }

  /** Of two jobs that begin with nothing the first to announce has the dataset. */
  @Test
  void ofTwoJobsThatBeginTogetherTheFirstToAnnounceGoesOn() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob one = job().start();
        ContinuousJob two = otherJob().start()) {
      // Both are running before either announces: each has found no version.
      gate.openTo(100);
      one.awaitNewest(changes.rows(100), reader);
      otherGate.openTo(100);
      ShardyfusionException failure = two.awaitFailure();
      // Where it was not yet running it finds the version when it begins.
      assertThat(failure).isInstanceOfAny(ConflictException.class, InvalidRequestException.class);
      gate.openTo(200);
      one.awaitNewest(changes.rows(200), reader);
    }
  }

  /** A job that begins with nothing on a dataset with versions fails, and says what to choose. */
  @Test
  void aFreshJobOnADatasetWithVersionsIsRefused() throws Exception {
    backfill(SHARDS);
    Pointer before = pointer();
    try (ContinuousJob job = job().start()) {
      gate.openTo(100);
      assertThat(job.awaitFailure())
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("flink run -s")
          .hasMessageContaining("base(CURRENT)")
          .hasMessageContaining("takeover()");
      assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    }
    assertThat(pointer()).isEqualTo(before);
  }

  /** A second job on top of the current version has the dataset once it announces. */
  @Test
  void aSecondJobOnTopOfTheCurrentVersionStopsTheFirst() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob first = job().start()) {
      gate.openTo(100);
      first.awaitNewest(changes.rows(100), reader);
      try (ContinuousJob second =
          otherJob().sink(sink -> sink.base(BaseSnapshot.CURRENT)).start()) {
        otherGate.openTo(100);
        second.awaitNewest(otherChanges.rows(changes.rows(100), 0, 100), reader);
        gate.openTo(200);
        assertThat(conflict(first)).hasMessageContaining("lineage " + writer().lineage());
        otherGate.openTo(200);
        second.awaitNewest(otherChanges.rows(changes.rows(100), 0, 200), reader);
      }
    }
  }

  /** A second job on top of a version that is not the newest any more is refused. */
  @Test
  void aSecondJobOnTopOfAVersionThatTheFirstHasReplacedIsRefused() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob first = job().start()) {
      gate.openTo(100);
      first.awaitNewest(changes.rows(100), reader);
      try (ContinuousJob second =
          otherJob().sink(sink -> sink.base(BaseSnapshot.CURRENT)).start()) {
        gate.openTo(200);
        first.awaitNewest(changes.rows(200), reader);
        otherGate.openTo(100);
        assertThat(conflict(second)).hasMessageContaining("lineage " + writer().lineage());
      }
      gate.openTo(300);
      first.awaitNewest(changes.rows(300), reader);
    }
  }

  /** A takeover has the dataset once it announces, however often the other one does meanwhile. */
  @Test
  void aTakeoverStopsAJobThatAnnouncesAllTheTime() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob first = job().start()) {
      gate.openTo(100);
      first.awaitNewest(changes.rows(100), reader);
      try (ContinuousJob second = otherJob().sink(ShardyfusionSink::takeover).start()) {
        otherGate.openTo(100);
        AtomicLong open = new AtomicLong(100);
        // Fails if the second one ends instead.
        second.await(
            "the first to fail",
            () -> {
              gate.openTo(open.addAndGet(10));
              return first.status() == JobStatus.FAILED;
            });
        assertThat(conflict(first))
            .hasMessageContaining("was taken over")
            .hasMessageContaining("lineage " + writer().lineage());
        second.awaitNewest(otherChanges.rows(100), reader);
      }
    }
  }

  /** Who took a dataset over is refused like any other once it was taken over itself. */
  @Test
  void aTakeoverThatIsTakenOverItselfIsRefused() throws Exception {
    backfill(SHARDS);
    try (VersionReader reader = reader();
        ContinuousJob first = job().sink(ShardyfusionSink::takeover).start()) {
      gate.openTo(100);
      first.awaitNewest(changes.rows(100), reader);
      try (ContinuousJob second = otherJob().sink(ShardyfusionSink::takeover).start()) {
        otherGate.openTo(100);
        second.awaitNewest(otherChanges.rows(100), reader);
        gate.openTo(200);
        assertThat(conflict(first)).hasMessageContaining("lineage " + writer().lineage());
        assertThat(reader.newest()).contains(otherChanges.rows(100));
      }
    }
  }

  /** A job restored from before versions that it announced itself is refused: it would go back. */
  @Test
  void aJobRestoredFromAnOldSavepointIsRefusedAndATakeoverGoesOnFromIt() throws Exception {
    try (VersionReader reader = reader()) {
      Path savepoint;
      try (ContinuousJob job = job().start()) {
        gate.openTo(100);
        job.awaitNewest(changes.rows(100), reader);
        savepoint = job.savepoint();
        gate.openTo(200);
        job.awaitNewest(changes.rows(200), reader);
      }
      Pointer before = pointer();
      gate.openTo(300);
      try (ContinuousJob job = job().restore(savepoint).start()) {
        assertThat(conflict(job))
            .hasMessageContaining("takeover()")
            .hasMessageContaining("the newest is version " + before.lastVersion());
      }
      assertThat(pointer()).isEqualTo(before);
      try (ContinuousJob job = job().restore(savepoint).sink(ShardyfusionSink::takeover).start()) {
        job.awaitNewest(changes.rows(300), reader);
      }
      assertThat(writer().lineage()).isEqualTo(before.writer().lineage());
    }
  }

  /** What a savepoint holds and could not be announced any more comes first in a takeover. */
  @Test
  void aTakeoverFromASavepointThatWasNeverAnnouncedGoesOnFromIt() throws Exception {
    try (VersionReader reader = reader()) {
      Path savepoint;
      StoreFaults faults = new StoreFaults(1, 0, 0);
      faults.failConditional(Integer.MAX_VALUE);
      try (ContinuousJob job =
          job()
              .checkpoints(Duration.ofHours(1))
              .sink(sink -> sink.opener(faults.opener()))
              .start()) {
        gate.openTo(100);
        job.await("all to be read", () -> gate.passed() == 100);
        savepoint = job.savepoint();
      }
      assertThat(ContinuousJob.pointer(uri)).isEmpty();
      backfill(SHARDS);
      try (ContinuousJob job = job().restore(savepoint).start()) {
        conflict(job);
      }
      try (ContinuousJob job = job().restore(savepoint).sink(ShardyfusionSink::takeover).start()) {
        job.awaitNewest(changes.rows(100), reader);
        gate.openTo(200);
        job.awaitNewest(changes.rows(200), reader);
      }
    }
  }

  /** Under a pin versions are held and the current one stays; an unpin goes on with the newest. */
  @Test
  void aPinHoldsVersionsBackUntilTheUnpin() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob job = job().start()) {
      gate.openTo(100);
      job.awaitNewest(changes.rows(100), reader);
      long pinned = operate(o -> o.pinCurrent(ORDER)).current().version();
      gate.openTo(200);
      job.awaitNewest(changes.rows(200), reader);
      assertThat(current()).isEqualTo(pinned);
      assertThat(pointer().lastVersion()).isGreaterThan(pinned);
      operate(o -> o.unpin(ORDER));
      assertThat(current()).isEqualTo(pointer().lastVersion());
      gate.openTo(300);
      job.awaitNewest(changes.rows(300), reader);
      assertThat(current()).isEqualTo(pointer().lastVersion());
      assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
    }
  }

  /** A rollback stays until the unpin; the job goes on, and no quarantined version is served. */
  @Test
  void aRollbackStaysUntilTheUnpin() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob job = job().start()) {
      gate.openTo(100);
      job.awaitNewest(changes.rows(100), reader);
      final long good = current();
      gate.openTo(200);
      job.awaitNewest(changes.rows(200), reader);
      operate(o -> o.rollback(good, Afterwards.PIN, ORDER));
      gate.openTo(300);
      job.awaitNewest(changes.rows(300), reader);
      assertThat(current()).isEqualTo(good);
      operate(o -> o.unpin(ORDER));
      assertThat(current()).isEqualTo(pointer().lastVersion());
      gate.openTo(400);
      job.awaitNewest(changes.rows(400), reader);
      assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
    }
  }

  /** A rollback without a pin stays until the next version. */
  @Test
  void aRollbackWithoutAPinStaysUntilTheNextVersion() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob job = job().start()) {
      gate.openTo(100);
      job.awaitNewest(changes.rows(100), reader);
      final long good = current();
      gate.openTo(200);
      job.awaitNewest(changes.rows(200), reader);
      operate(o -> o.rollback(good, Afterwards.NEXT_TAKES_OVER, ORDER));
      assertThat(current()).isEqualTo(good);
      gate.openTo(300);
      job.awaitNewest(changes.rows(300), reader);
      assertThat(current()).isEqualTo(pointer().lastVersion());
      assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
    }
  }

  /** Does to the pointer as an operator does, while the job runs. */
  private Pointer operate(Function<PointerOperations, EditOutcome> operation) {
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      return operation.apply(new PointerOperations(store, Clock.systemUTC())).orThrow();
    }
  }

  private long current() {
    PointerEntry current = pointer().current();
    assertThat(current).isNotNull();
    return current.version();
  }

  /** A batch run that announces while a continuous job runs has the dataset: the job fails. */
  @Test
  void aBatchRunStopsTheContinuousJob() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob job = job().start()) {
      gate.openTo(100);
      job.awaitNewest(changes.rows(100), reader);
      backfill(SHARDS);
      gate.openTo(200);
      assertThat(conflict(job)).hasMessageContaining("lineage " + writer().lineage());
      assertThat(reader.newest()).contains(backfilled());
    }
  }

  /** A batch run that finds a version which was not there when it began is refused. */
  @Test
  void aBatchRunThatAContinuousJobOvertookIsRefused() throws Exception {
    try (VersionReader reader = reader();
        ContinuousJob job = job().start()) {
      gate.openTo(100);
      job.awaitNewest(changes.rows(100), reader);
      StreamExecutionEnvironment batch = backfillJob(SHARDS);
      gate.openTo(200);
      job.awaitNewest(changes.rows(200), reader);
      assertThatThrownBy(batch::execute)
          .satisfies(
              e ->
                  assertThat(
                          ExceptionUtils.findSerializedThrowable(
                              e, ConflictException.class, getClass().getClassLoader()))
                      .hasValueSatisfying(
                          c ->
                              assertThat(c).hasMessageContaining("lineage " + writer().lineage())));
      gate.openTo(300);
      job.awaitNewest(changes.rows(300), reader);
    }
  }

  /** A job on top of a backfill updates and deletes its rows. */
  @Test
  void aJobGoesOnFromABackfill() throws Exception {
    backfill(SHARDS);
    try (VersionReader reader = reader();
        ContinuousJob job = job().sink(sink -> sink.base(BaseSnapshot.CURRENT)).start()) {
      gate.openTo(500);
      job.awaitNewest(changes.rows(backfilled(), 0, 500), reader);
      assertThat(changes.log(500)).anySatisfy(c -> assertThat(c.value()).isNull());
    }
  }

  /** A job on top of a backfill with other shards or keys does not start. */
  @Test
  void aJobOnTopOfABackfillWithOtherShardsDoesNotStart() throws Exception {
    backfill(SHARDS);
    assertThatThrownBy(() -> job().shards(4).sink(sink -> sink.base(BaseSnapshot.CURRENT)).start())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("must have its shards");
    assertThatThrownBy(
            () ->
                job()
                    .sink(sink -> sink.base(BaseSnapshot.CURRENT).keyEncoding(KeyEncoding.U64BE))
                    .start())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("u64be");
  }

  private void backfill(int shards) throws Exception {
    backfillJob(shards).execute();
  }

  private StreamExecutionEnvironment backfillJob(int shards) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    ShardyfusionSink.forStream(env.fromSequence(0, 999))
        .dataset(uri)
        .shards(shards)
        .key(number -> number)
        .value(number -> ("backfill " + number).getBytes(StandardCharsets.UTF_8))
        .append();
    return env;
  }

  private static Map<Long, String> backfilled() {
    Map<Long, String> rows = new TreeMap<>();
    for (long n = 0; n < 1_000; n++) {
      rows.put(n, "backfill " + n);
    }
    return rows;
  }
}
