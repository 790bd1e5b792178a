package io.shardyfusion.pointer;

import static io.shardyfusion.pointer.Snapshots.ANY;
import static io.shardyfusion.pointer.Snapshots.CLOCK;
import static io.shardyfusion.pointer.Snapshots.MINE;
import static io.shardyfusion.pointer.Snapshots.NONE;
import static io.shardyfusion.pointer.Snapshots.NOW;
import static io.shardyfusion.pointer.Snapshots.OTHER;
import static io.shardyfusion.pointer.Snapshots.RUN;
import static io.shardyfusion.pointer.Snapshots.after;
import static io.shardyfusion.pointer.Snapshots.empty;
import static io.shardyfusion.pointer.Snapshots.ref;
import static io.shardyfusion.pointer.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ConflictException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.HeldBy;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.StatusNote;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.pointer.PointerOperations.Afterwards;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.retries.api.BackoffStrategy;

class AnnouncerTest {

  @TempDir Path directory;

  private ObjectStore store;

  @BeforeEach
  void open() {
    store =
        ObjectStores.open(directory.resolve("data").toUri().toString(), StoreOptions.defaults());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void theFirstVersionIsOneAndItsWriterHasGenerationOne() {
    PointerEntry entry = announcer().announce(snapshot(1, MINE, NONE));

    assertThat(entry.version()).isEqualTo(1);
    assertThat(entry.status()).isEqualTo(VersionStatus.ANNOUNCED);
    assertThat(entry.announcedAt()).isEqualTo(NOW);
    assertThat(entry.rows()).isEqualTo(101);
    assertThat(entry.bytes()).isEqualTo(1001);
    assertThat(pointer())
        .isEqualTo(
            new Pointer(NOW, 1, entry, List.of(entry), null, new WriterIdentity(MINE, 1, 1)));
  }

  @Test
  void anEmptySnapshotReplacesOneWithRowsOnlyWhereThatIsMeant() {
    announcer().announce(snapshot(1, OTHER, NONE));
    Pointer before = pointer();

    assertThatThrownBy(() -> announcer().announce(empty(2, MINE, after(1))))
        .isInstanceOf(EmptySnapshotException.class)
        .hasMessageContainingAll(RUN, "version 1", "about 101 rows", "run again with allowEmpty()");
    assertThat(pointer()).isEqualTo(before);

    PointerEntry meant =
        new Announcer(store, CLOCK, Announcement.IfEmpty.ANNOUNCE)
            .announce(empty(2, MINE, after(1)));
    assertThat(pointer().current()).isEqualTo(meant);
    // Nothing is lost any more.
    announcer().announce(empty(3, OTHER, after(2)));
    assertThat(pointer().lastVersion()).isEqualTo(3);
  }

  /** The version that counts is the one that readers have when the new one would replace it. */
  @Test
  void anEmptySnapshotIsComparedWithWhatIsThereWhenItIsAnnounced() {
    FaultyStore faulty = new FaultyStore(store, FaultyStore.Fault.CONFLICT);
    faulty.afterFault = () -> announcer().announce(snapshot(1, OTHER, NONE));

    assertThatThrownBy(() -> announcer(faulty).announce(empty(2, MINE, ANY)))
        .isInstanceOf(EmptySnapshotException.class);
    assertThat(pointer().lastVersion()).isEqualTo(1);
  }

  @Test
  void anEntrySaysWhetherItsRowsAreExact() {
    announcer().announce(empty(1, MINE, NONE));
    announcer().announce(snapshot(2, MINE, after(1)));

    assertThat(pointer().history())
        .extracting(PointerEntry::rowsExact)
        .containsExactly(false, true);
  }

  @Test
  void aFirstVersionIsRefusedWhereThereIsOne() {
    announcer().announce(snapshot(1, OTHER, NONE));
    Pointer before = pointer();

    assertThatThrownBy(() -> announcer().announce(snapshot(2, MINE, NONE)))
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(
            "to be the first version",
            "version 1",
            OTHER,
            "generation 1",
            "base(CURRENT)",
            "takeover()");
    assertThat(pointer()).isEqualTo(before);
  }

  @Test
  void aVersionFollowsItsPredecessorAndNoOther() {
    Announcer announcer = announcer();
    announcer.announce(snapshot(1, MINE, NONE));
    announcer.announce(snapshot(2, MINE, after(1)));
    Pointer before = pointer();

    assertThatThrownBy(() -> announcer().announce(snapshot(3, OTHER, after(1))))
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(ref(1).object(), "version 2", MINE);
    assertThat(pointer()).isEqualTo(before);
    assertThat(announcer.announce(snapshot(3, MINE, after(2))).version()).isEqualTo(3);
  }

  @Test
  void aVersionWithAPredecessorIsRefusedInAnEmptyDataset() {
    assertThatThrownBy(() -> announcer().announce(snapshot(2, MINE, after(1))))
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll("it has no version", "nobody");
    assertThat(store.read(Layout.POINTER, 1 << 20)).isEmpty();
  }

  @Test
  void anAnnouncementThatTakesOverFollowsAnything() {
    assertThat(announcer().announce(snapshot(1, OTHER, ANY)).version()).isEqualTo(1);
    assertThat(announcer().announce(snapshot(2, MINE, ANY)).version()).isEqualTo(2);
    assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 1, 2));
  }

  @Test
  void anAttemptClaimsItsGenerationOnceAndTheNextAttemptTheNext() {
    Announcer first = announcer();
    first.announce(snapshot(1, MINE, NONE));
    first.announce(snapshot(2, MINE, after(1)));
    assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 1, 2));

    Announcer second = announcer();
    second.announce(snapshot(2, MINE, after(1)));
    assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 1, 2));
    second.announce(snapshot(3, MINE, after(2)));
    second.announce(snapshot(4, MINE, after(3)));

    assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 2, 4));
  }

  @Test
  void aZombieIsToldWhoHasTheDatasetEvenIfItWouldTakeOver() {
    Announcer zombie = announcer();
    zombie.announce(snapshot(1, MINE, NONE));
    announcer().announce(snapshot(2, MINE, after(1)));
    Pointer before = pointer();

    for (Predecessor predecessor : List.of(after(1), after(2), ANY)) {
      assertThatThrownBy(() -> zombie.announce(snapshot(3, MINE, predecessor)))
          .isInstanceOf(ConflictException.class)
          .hasMessageContainingAll("generation 2", "generation 1", "taken over", "version 2");
    }
    assertThat(pointer()).isEqualTo(before);
  }

  @Test
  void aWriterThatWasReplacedByAnotherLineageStops() {
    Announcer replaced = announcer();
    replaced.announce(snapshot(1, OTHER, NONE));
    announcer().announce(snapshot(2, MINE, ANY));

    assertThatThrownBy(() -> replaced.announce(snapshot(3, OTHER, after(2))))
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(MINE, OTHER);
  }

  @Test
  void whatWasAnnouncedIsRecognisedAndNeverMovesThePointerBack() {
    Announcer first = announcer();
    PointerEntry one = first.announce(snapshot(1, MINE, NONE));
    first.announce(snapshot(2, MINE, after(1)));
    Pointer before = pointer();

    assertThat(announcer().announce(snapshot(1, MINE, NONE))).isEqualTo(one);
    assertThat(first.announce(snapshot(1, MINE, NONE))).isEqualTo(one);
    assertThat(announcer().announce(snapshot(1, OTHER, ANY))).isEqualTo(one);
    assertThat(pointer()).isEqualTo(before);
  }

  @Test
  void underAPinVersionsAreHeld() {
    Announcer announcer = announcer();
    PointerEntry one = announcer.announce(snapshot(1, MINE, NONE));
    operations().pin(1, new Order(null, "wait")).orThrow();

    PointerEntry two = announcer.announce(snapshot(2, MINE, after(1)));
    PointerEntry three = announcer.announce(snapshot(3, MINE, after(2)));

    assertThat(two.status()).isEqualTo(VersionStatus.HELD);
    assertThat(two.heldBy()).isEqualTo(HeldBy.PIN);
    assertThat(three.version()).isEqualTo(3);
    assertThat(pointer().current()).isEqualTo(one);
    assertThat(pointer().history()).containsExactly(three, two, one);
    assertThat(pointer().pin()).isEqualTo(new Pin(1, NOW, "wait"));
  }

  @Test
  void aVersionThatTheGateHoldsJoinsTheHistoryAndIsNotServed() {
    Announcer announcer = announcer();
    PointerEntry one = announcer.announce(snapshot(1, MINE, NONE));
    List<Optional<PointerEntry>> judgedBy = new ArrayList<>();
    Gate gate =
        current -> {
          judgedBy.add(current);
          return new Verdict.Hold(List.of("half of the rows are gone", "shard 7 is empty"));
        };

    PointerEntry two = announcer.announce(snapshot(2, MINE, after(1)), gate);

    assertThat(two.status()).isEqualTo(VersionStatus.HELD);
    assertThat(two.heldBy()).isEqualTo(HeldBy.VALIDATOR);
    assertThat(two.note().reasons())
        .containsExactly("half of the rows are gone", "shard 7 is empty");
    assertThat(pointer().current()).isEqualTo(one);
    assertThat(judgedBy).containsExactly(Optional.of(one));
    // A restored attempt announces it again: it was judged, and the pointer knows.
    assertThat(announcer().announce(snapshot(2, MINE, after(1)), gate)).isEqualTo(two);
    assertThat(judgedBy).hasSize(1);
    // The next one that passes is served.
    PointerEntry three = announcer.announce(snapshot(3, MINE, after(2)));
    assertThat(pointer().current()).isEqualTo(three);
    assertThat(pointer().history()).containsExactly(three, two, one);
  }

  @Test
  void aFirstVersionThatIsHeldLeavesTheDatasetWithoutOneToServe() {
    PointerEntry one =
        announcer()
            .announce(snapshot(1, MINE, NONE), current -> new Verdict.Hold(List.of("too few")));

    assertThat(pointer().current()).isNull();
    assertThat(pointer().history()).containsExactly(one);
    assertThat(pointer().lastVersion()).isEqualTo(1);
  }

  @Test
  void underAPinItIsTheValidatorThatHoldsWhatBothHold() {
    Announcer announcer = announcer();
    announcer.announce(snapshot(1, MINE, NONE));
    operations().pin(1, Order.SILENT).orThrow();

    PointerEntry two =
        announcer.announce(
            snapshot(2, MINE, after(1)), current -> new Verdict.Hold(List.of("too few")));

    assertThat(two.heldBy()).isEqualTo(HeldBy.VALIDATOR);
    operations().unpin(Order.SILENT).orThrow();
    assertThat(pointer().pin()).isNull();
    assertThat(pointer().current().version()).isEqualTo(1);
  }

  /** The version that counts is the one that readers have when the new one would replace it. */
  @Test
  void theGateJudgesByWhatIsThereWhenTheVersionIsAnnounced() {
    FaultyStore faulty = new FaultyStore(store, FaultyStore.Fault.CONFLICT);
    faulty.afterFault = () -> announcer().announce(snapshot(1, OTHER, NONE));

    PointerEntry two =
        announcer(faulty)
            .announce(
                snapshot(2, MINE, ANY),
                current ->
                    current.isPresent()
                        ? new Verdict.Hold(List.of("not after " + current.get().version()))
                        : new Verdict.Pass());

    assertThat(two.note().reasons()).containsExactly("not after 1");
  }

  @Test
  void whatAValidatorSaysIsCutRatherThanRefused() {
    List<String> reasons = new ArrayList<>(List.of("x".repeat(2000), "", "\uD800"));
    for (int i = 0; i < 20; i++) {
      reasons.add("reason " + i);
    }

    PointerEntry one =
        announcer().announce(snapshot(1, MINE, NONE), current -> new Verdict.Hold(reasons));

    assertThat(pointer().history()).containsExactly(one);
    assertThat(one.note().reasons())
        .hasSize(Limits.MAX_REASONS)
        .startsWith("x".repeat(Limits.MAX_REASON), "?", "\uFFFD", "reason 0")
        .endsWith("reason 11", "and 8 more");
  }

  /** However much validators say, the pointer stays within its bound. */
  @Test
  void theReasonsOfTheOldestVersionsLeaveFirst() {
    Announcer announcer = announcer();
    List<String> reasons = Collections.nCopies(Limits.MAX_REASONS, "\0".repeat(Limits.MAX_REASON));
    announcer.announce(snapshot(1, MINE, NONE), current -> new Verdict.Hold(reasons));
    for (int i = 2; i <= 6; i++) {
      announcer.announce(snapshot(i, MINE, after(i - 1)), current -> new Verdict.Hold(reasons));
    }

    assertThat(pointer().history())
        .extracting(e -> e.note().reasons().size())
        .containsExactly(16, 16, 16, 16, 0, 0);
    assertThat(pointer().history()).allMatch(PointerEntry::isHeldByValidator);
    assertThat(PointerParser.toJson(pointer())).hasSizeLessThan(Limits.MAX_POINTER_BYTES / 2);
  }

  @Test
  void aRollbackInBetweenIsNoOtherWriter() {
    Announcer announcer = announcer();
    PointerEntry one = announcer.announce(snapshot(1, MINE, NONE));
    PointerEntry two = announcer.announce(snapshot(2, MINE, after(1)));
    PointerEntry quarantined = two.quarantined(new StatusNote(NOW, null, List.of("bad")));
    operations().rollback(1, Afterwards.PIN, new Order(null, "bad")).orThrow();

    assertThat(announcer().announce(snapshot(2, MINE, after(1)))).isEqualTo(quarantined);
    PointerEntry three = announcer.announce(snapshot(3, MINE, after(2)));
    assertThat(three.status()).isEqualTo(VersionStatus.HELD);
    assertThat(pointer().current()).isEqualTo(one);

    operations().unpin(Order.SILENT).orThrow();
    PointerEntry four = announcer.announce(snapshot(4, MINE, after(3)));
    assertThat(pointer().current()).isEqualTo(four);
    assertThat(pointer().history())
        .containsExactly(four, three.announced(Order.SILENT.at(NOW)), quarantined, one);
  }

  @Test
  void anAmbiguousWriteThatTookEffectIsRecognised() {
    try (FaultyStore faulty = new FaultyStore(store, FaultyStore.Fault.AMBIGUOUS_AFTER)) {
      Announcer announcer = announcer(faulty);

      assertThat(announcer.announce(snapshot(1, MINE, NONE)).version()).isEqualTo(1);
      assertThat(pointer().history()).hasSize(1);
      assertThat(announcer.announce(snapshot(2, MINE, after(1))).version()).isEqualTo(2);
      assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 2, 2));
    }
  }

  @Test
  void anAmbiguousWriteWithoutEffectIsMadeAgain() {
    try (FaultyStore faulty =
        new FaultyStore(
            store,
            FaultyStore.Fault.AMBIGUOUS_BEFORE,
            FaultyStore.Fault.AMBIGUOUS_BEFORE,
            FaultyStore.Fault.CONFLICT)) {
      assertThat(announcer(faulty).announce(snapshot(1, MINE, NONE)).version()).isEqualTo(1);
      assertThat(pointer().history()).hasSize(1);
      assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 1, 1));
    }
  }

  @Test
  void anAmbiguousWriteThatAnotherWriterOvertookEndsInAConflict() {
    announcer().announce(snapshot(1, MINE, NONE));
    try (FaultyStore faulty = new FaultyStore(store, FaultyStore.Fault.AMBIGUOUS_BEFORE)) {
      faulty.afterFault = () -> announcer().announce(snapshot(2, OTHER, after(1)));

      assertThatThrownBy(() -> announcer(faulty).announce(snapshot(3, MINE, after(1))))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining(OTHER);
      assertThat(pointer().lastVersion()).isEqualTo(2);
    }
  }

  @Test
  void aFailureThatHasNoEffectLeavesThePointerAndTheAttemptAsTheyWere() {
    try (FaultyStore faulty = new FaultyStore(store)) {
      Announcer announcer = announcer(faulty);
      announcer.announce(snapshot(1, MINE, NONE));
      Pointer before = pointer();
      faulty.faults.add(FaultyStore.Fault.FAILURE);

      assertThatThrownBy(() -> announcer.announce(snapshot(2, MINE, after(1))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("injected");
      assertThat(pointer()).isEqualTo(before);
      announcer.announce(snapshot(2, MINE, after(1)));
      assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 1, 2));
    }
  }

  @Test
  void endlessConflictsEndInAnErrorThatSaysWhatToDo() {
    try (FaultyStore faulty = new FaultyStore(store)) {
      faulty.always = FaultyStore.Fault.CONFLICT;

      assertThatThrownBy(() -> announcer(faulty).announce(snapshot(1, MINE, NONE)))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("20 attempts", "nothing was announced");
    }
  }

  @Test
  void betweenAttemptsItWaitsAndAnInterruptEndsThat() {
    List<Integer> waits = new ArrayList<>();
    try (FaultyStore faulty =
        new FaultyStore(
            store,
            FaultyStore.Fault.CONFLICT,
            FaultyStore.Fault.CONFLICT,
            FaultyStore.Fault.AMBIGUOUS_BEFORE)) {
      Announcer announcer =
          new Announcer(
              faulty,
              CLOCK,
              Announcement.IfEmpty.REFUSE,
              attempt -> {
                waits.add(attempt);
                if (attempt == 4) {
                  Thread.currentThread().interrupt();
                }
                return Duration.ofMillis(1);
              });
      assertThatThrownBy(() -> announcer.announce(snapshot(1, MINE, NONE)))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("interrupted", store.root().toString(), "is unknown");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(store.read(Layout.POINTER, 1 << 20)).isEmpty();
    }
    assertThat(waits).containsExactly(2, 3, 4);
  }

  @Test
  void theLastAttemptIsReadBackToo() {
    try (FaultyStore faulty = new FaultyStore(store)) {
      for (int i = 0; i < 19; i++) {
        faulty.faults.add(FaultyStore.Fault.AMBIGUOUS_BEFORE);
      }
      faulty.faults.add(FaultyStore.Fault.AMBIGUOUS_AFTER);

      assertThat(announcer(faulty).announce(snapshot(1, MINE, NONE)).version()).isEqualTo(1);
    }
  }

  @Test
  void theHistoryIsBoundedAndNeverForgetsWhatIsServed() {
    Announcer announcer = announcer();
    PointerEntry one = announcer.announce(snapshot(1, MINE, NONE));
    operations().pin(1, new Order(null, "wait")).orThrow();
    for (int i = 2; i <= Announcer.HISTORY + 5; i++) {
      announcer.announce(snapshot(i, MINE, after(i - 1)));
    }

    List<PointerEntry> history = pointer().history();
    assertThat(history).hasSize(Announcer.HISTORY);
    assertThat(history.get(history.size() - 1)).isEqualTo(one);
    assertThat(history.get(history.size() - 2).version()).isEqualTo(7);
    assertThat(history.get(0).version()).isEqualTo(Announcer.HISTORY + 5);
    assertThat(pointer().current()).isEqualTo(one);

    operations().unpin(Order.SILENT).orThrow();
    int last = Announcer.HISTORY + 6;
    announcer.announce(snapshot(last, MINE, after(last - 1)));
    assertThat(pointer().history()).hasSize(Announcer.HISTORY).doesNotContain(one);
  }

  @Test
  void ofSeveralWritersAfterTheSameVersionExactlyOneWins() throws Exception {
    announcer().announce(snapshot(1, OTHER, NONE));
    int threads = 8;
    for (int round = 0; round < 20; round++) {
      int base = 2 + round * threads;
      Predecessor newest = Predecessor.newestOf(Optional.of(pointer()));
      long before = pointer().lastVersion();
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Callable<PointerEntry>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Announcement mine = snapshot(base + i, Integer.toString(i).repeat(32), newest);
        tasks.add(
            () -> {
              start.await();
              return announcer().announce(mine);
            });
      }

      List<PointerEntry> won = new ArrayList<>();
      for (Future<PointerEntry> result : runAll(tasks)) {
        try {
          won.add(result.get());
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(ConflictException.class);
        }
      }

      assertThat(won).hasSize(1);
      assertThat(pointer().lastVersion()).isEqualTo(before + 1);
      assertThat(pointer().current()).isEqualTo(won.get(0));
    }
  }

  @Test
  void attemptsThatAnnounceTheSameSnapshotAtOnceAgreeOnItsVersion() throws Exception {
    CyclicBarrier start = new CyclicBarrier(8);
    List<Callable<PointerEntry>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tasks.add(
          () -> {
            start.await();
            return announcer().announce(snapshot(1, MINE, NONE));
          });
    }

    for (Future<PointerEntry> result : runAll(tasks)) {
      assertThat(result.get().version()).isEqualTo(1);
    }
    assertThat(pointer().history()).hasSize(1);
  }

  private static <T> List<Future<T>> runAll(List<Callable<T>> tasks) throws InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(tasks.size());
    try {
      return executor.invokeAll(tasks);
    } finally {
      executor.shutdownNow();
    }
  }

  private Announcer announcer() {
    return announcer(store);
  }

  private static Announcer announcer(ObjectStore store) {
    return new Announcer(
        store, CLOCK, Announcement.IfEmpty.REFUSE, BackoffStrategy.retryImmediately());
  }

  private Pointer pointer() {
    return new Dataset(store).pointer().orElseThrow().pointer();
  }

  private PointerOperations operations() {
    return new PointerOperations(store, CLOCK, BackoffStrategy.retryImmediately());
  }
}
