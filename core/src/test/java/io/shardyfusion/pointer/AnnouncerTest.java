package io.shardyfusion.pointer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ConflictException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoredObject;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.retries.api.BackoffStrategy;

class AnnouncerTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String RUN = "1".repeat(32);
  private static final String MINE = "a".repeat(32);
  private static final String OTHER = "b".repeat(32);
  private static final Predecessor NONE = new Predecessor.None();
  private static final Predecessor ANY = new Predecessor.Any();

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
    Announcement empty = snapshot(2, 0, MINE, after(1), Announcement.IfEmpty.REFUSE);

    assertThatThrownBy(() -> announcer().announce(empty))
        .isInstanceOf(EmptySnapshotException.class)
        .hasMessageContainingAll(
            RUN, "version 1", "about 101 rows", "--allow-empty", "allowEmpty()");
    assertThat(pointer()).isEqualTo(before);

    PointerEntry meant =
        announcer().announce(snapshot(2, 0, MINE, after(1), Announcement.IfEmpty.ANNOUNCE));
    assertThat(pointer().current()).isEqualTo(meant);
    // Nothing is lost any more.
    announcer().announce(snapshot(3, 0, OTHER, after(2), Announcement.IfEmpty.REFUSE));
    assertThat(pointer().lastVersion()).isEqualTo(3);
  }

  /** The version that counts is the one that readers have when the new one would replace it. */
  @Test
  void anEmptySnapshotIsComparedWithWhatIsThereWhenItIsAnnounced() {
    FaultyStore faulty = new FaultyStore(store, Fault.CONFLICT);
    faulty.afterFault = () -> announcer().announce(snapshot(1, OTHER, NONE));

    assertThatThrownBy(
            () ->
                announcer(faulty).announce(snapshot(2, 0, MINE, ANY, Announcement.IfEmpty.REFUSE)))
        .isInstanceOf(EmptySnapshotException.class);
    assertThat(pointer().lastVersion()).isEqualTo(1);
  }

  @Test
  void anEntrySaysWhetherItsRowsAreExact() {
    announcer().announce(snapshot(1, 0, MINE, NONE, Announcement.IfEmpty.REFUSE));
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
            "to be the first version", "version 1", OTHER, "generation 1", "--takeover");
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
    edit(
        p ->
            new Pointer(
                p.updatedAt(),
                p.lastVersion(),
                p.current(),
                p.history(),
                new Pin(1, NOW, "wait"),
                p.writer()));

    PointerEntry two = announcer.announce(snapshot(2, MINE, after(1)));
    PointerEntry three = announcer.announce(snapshot(3, MINE, after(2)));

    assertThat(two.status()).isEqualTo(VersionStatus.HELD);
    assertThat(three.version()).isEqualTo(3);
    assertThat(pointer().current()).isEqualTo(one);
    assertThat(pointer().history()).containsExactly(three, two, one);
    assertThat(pointer().pin()).isEqualTo(new Pin(1, NOW, "wait"));
  }

  @Test
  void aRollbackInBetweenIsNoOtherWriter() {
    Announcer announcer = announcer();
    PointerEntry one = announcer.announce(snapshot(1, MINE, NONE));
    PointerEntry two = announcer.announce(snapshot(2, MINE, after(1)));
    PointerEntry quarantined = two.withStatus(VersionStatus.QUARANTINED);
    edit(
        p ->
            new Pointer(
                p.updatedAt(),
                p.lastVersion(),
                one,
                List.of(quarantined, one),
                new Pin(1, NOW, "bad"),
                p.writer()));

    assertThat(announcer().announce(snapshot(2, MINE, after(1)))).isEqualTo(quarantined);
    PointerEntry three = announcer.announce(snapshot(3, MINE, after(2)));
    assertThat(three.status()).isEqualTo(VersionStatus.HELD);
    assertThat(pointer().current()).isEqualTo(one);

    edit(
        p ->
            new Pointer(
                p.updatedAt(), p.lastVersion(), p.current(), p.history(), null, p.writer()));
    PointerEntry four = announcer.announce(snapshot(4, MINE, after(3)));
    assertThat(pointer().current()).isEqualTo(four);
    assertThat(pointer().history()).containsExactly(four, three, quarantined, one);
  }

  @Test
  void anAmbiguousWriteThatTookEffectIsRecognised() {
    try (FaultyStore faulty = new FaultyStore(store, Fault.AMBIGUOUS_AFTER)) {
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
        new FaultyStore(store, Fault.AMBIGUOUS_BEFORE, Fault.AMBIGUOUS_BEFORE, Fault.CONFLICT)) {
      assertThat(announcer(faulty).announce(snapshot(1, MINE, NONE)).version()).isEqualTo(1);
      assertThat(pointer().history()).hasSize(1);
      assertThat(pointer().writer()).isEqualTo(new WriterIdentity(MINE, 1, 1));
    }
  }

  @Test
  void anAmbiguousWriteThatAnotherWriterOvertookEndsInAConflict() {
    announcer().announce(snapshot(1, MINE, NONE));
    try (FaultyStore faulty = new FaultyStore(store, Fault.AMBIGUOUS_BEFORE)) {
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
      faulty.faults.add(Fault.FAILURE);

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
      faulty.always = Fault.CONFLICT;

      assertThatThrownBy(() -> announcer(faulty).announce(snapshot(1, MINE, NONE)))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("20 attempts", "nothing was announced");
    }
  }

  @Test
  void betweenAttemptsItWaitsAndAnInterruptEndsThat() {
    List<Integer> waits = new ArrayList<>();
    try (FaultyStore faulty =
        new FaultyStore(store, Fault.CONFLICT, Fault.CONFLICT, Fault.AMBIGUOUS_BEFORE)) {
      Announcer announcer =
          new Announcer(
              faulty,
              CLOCK,
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
        faulty.faults.add(Fault.AMBIGUOUS_BEFORE);
      }
      faulty.faults.add(Fault.AMBIGUOUS_AFTER);

      assertThat(announcer(faulty).announce(snapshot(1, MINE, NONE)).version()).isEqualTo(1);
    }
  }

  @Test
  void theHistoryIsBoundedAndNeverForgetsWhatIsServed() {
    Announcer announcer = announcer();
    PointerEntry one = announcer.announce(snapshot(1, MINE, NONE));
    edit(
        p ->
            new Pointer(
                p.updatedAt(),
                p.lastVersion(),
                p.current(),
                p.history(),
                new Pin(1, NOW, "wait"),
                p.writer()));
    for (int i = 2; i <= Announcer.HISTORY + 5; i++) {
      announcer.announce(snapshot(i, MINE, after(i - 1)));
    }

    List<PointerEntry> history = pointer().history();
    assertThat(history).hasSize(Announcer.HISTORY);
    assertThat(history.get(history.size() - 1)).isEqualTo(one);
    assertThat(history.get(history.size() - 2).version()).isEqualTo(7);
    assertThat(history.get(0).version()).isEqualTo(Announcer.HISTORY + 5);
    assertThat(pointer().current()).isEqualTo(one);

    edit(
        p ->
            new Pointer(
                p.updatedAt(), p.lastVersion(), p.current(), p.history(), null, p.writer()));
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
    return new Announcer(store, CLOCK, BackoffStrategy.retryImmediately());
  }

  private Pointer pointer() {
    return new Dataset(store).pointer().orElseThrow().pointer();
  }

  /** Changes the pointer as an operator does. */
  private void edit(UnaryOperator<Pointer> change) {
    StoredObject before = store.read(Layout.POINTER, 1 << 20).orElseThrow();
    byte[] after =
        PointerParser.toJson(
            change.apply(PointerParser.fromJson(Layout.POINTER, before.content())));
    assertThat(store.writeIf(Layout.POINTER, after, new Expectation.Unchanged(before.tag())))
        .isInstanceOf(ConditionalWrite.Written.class);
  }

  private static Predecessor after(int id) {
    return new Predecessor.Version(ref(id));
  }

  private static ManifestRef ref(int id) {
    String name = String.format("%032x", id);
    return new ManifestRef(
        Layout.manifest(NOW.plus(Duration.ofSeconds(id)), name), Sha256.of(name.getBytes(UTF_8)));
  }

  private static Announcement snapshot(int id, String lineage, Predecessor predecessor) {
    return snapshot(id, 100 + id, lineage, predecessor, Announcement.IfEmpty.REFUSE);
  }

  private static Announcement snapshot(
      int id, long rows, String lineage, Predecessor predecessor, Announcement.IfEmpty ifEmpty) {
    return new Announcement(
        ref(id), RUN, rows, rows == 0, 1000 + id, lineage, id, predecessor, ifEmpty);
  }

  /** What happens to a conditional write. */
  private enum Fault {
    AMBIGUOUS_BEFORE,
    AMBIGUOUS_AFTER,
    CONFLICT,
    FAILURE
  }

  /** Does to conditional writes what the queue says, and then what it does always, if anything. */
  private static final class FaultyStore extends ForwardingObjectStore {

    final Queue<Fault> faults;
    Fault always;
    Runnable afterFault = () -> {};

    FaultyStore(ObjectStore store, Fault... faults) {
      super(store);
      this.faults = new ArrayDeque<>(List.of(faults));
    }

    @Override
    public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
      Fault fault = faults.isEmpty() ? always : faults.remove();
      if (fault == null) {
        return super.writeIf(key, content, expectation);
      }
      if (fault == Fault.AMBIGUOUS_AFTER) {
        super.writeIf(key, content, expectation);
      }
      afterFault.run();
      return switch (fault) {
        case AMBIGUOUS_BEFORE, AMBIGUOUS_AFTER ->
            throw new AmbiguousWriteException("injected: no answer", null);
        case FAILURE -> throw new StorageException("injected: refused", null);
        case CONFLICT -> new ConditionalWrite.Conflict();
      };
    }
  }
}
