package io.shardyfusion.pointer;

import static io.shardyfusion.pointer.Snapshots.ANY;
import static io.shardyfusion.pointer.Snapshots.MINE;
import static io.shardyfusion.pointer.Snapshots.NOW;
import static io.shardyfusion.pointer.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.HeldBy;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.StatusNote;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.pointer.PointerOperations.Afterwards;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.retries.api.BackoffStrategy;

class PointerOperationsTest {

  private static final Order ORDER = new Order("ada", "the names are wrong");
  private static final Verdict.Hold TOO_FEW = new Verdict.Hold(List.of("too few rows"));

  private final TickingClock clock = new TickingClock(NOW);

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
  void aPinKeepsWhatIsServedAndSaysWhoAndWhy() {
    publish(1, 2);

    EditOutcome pinned = operations().pinCurrent(ORDER);

    Pointer pointer = pointer();
    assertThat(pinned)
        .isInstanceOfSatisfying(
            EditOutcome.Replaced.class,
            r -> {
              assertThat(r.before().orElseThrow().pin()).isNull();
              assertThat(r.after()).isEqualTo(pointer);
              assertThat(r.proof()).isEqualTo(EditOutcome.Proof.ANSWERED);
            });
    assertThat(pointer.pin()).isEqualTo(new Pin(2, clock.last(), ORDER.reason(), ORDER.who()));
    assertThat(pointer.updatedAt()).isEqualTo(clock.last());
    publish(3);
    assertThat(states()).containsExactly("3 held by pin", "2 announced, current", "1 announced");
  }

  @Test
  void aPinOfAnOlderVersionServesItAndAnUnpinGoesBackToTheNewest() {
    publish(1, 2, 3);

    operations().pin(1, ORDER).orThrow();
    assertThat(states()).containsExactly("3 announced", "2 announced", "1 announced, current");

    operations().unpin(ORDER).orThrow();
    assertThat(states()).containsExactly("3 announced, current", "2 announced", "1 announced");
    assertThat(pointer().pin()).isNull();
  }

  @Test
  void aPinMadeAgainChangesNothingUnlessItSaysMore() {
    publish(1);
    operations().pin(1, ORDER).orThrow();

    assertThat(operations().pin(1, Order.SILENT)).isInstanceOf(EditOutcome.Unchanged.class);
    assertThat(operations().pinCurrent(ORDER)).isInstanceOf(EditOutcome.Unchanged.class);
    assertThat(operations().pin(1, new Order("bob", "incident 7")).orThrow().pin())
        .isEqualTo(new Pin(1, clock.last(), "incident 7", "bob"));
  }

  @Test
  void anUnpinPassesOverWhatAValidatorHoldsAndWhatWasRolledBack() {
    publish(1, 2, 3);
    operations().rollback(2, Afterwards.PIN, ORDER).orThrow();
    publish(4);
    hold(5);

    operations().unpin(new Order("bob", "mended")).orThrow();

    assertThat(states())
        .containsExactly(
            "5 held by validator",
            "4 announced, current",
            "3 quarantined",
            "2 announced",
            "1 announced");
    assertThat(entry(4).note()).isEqualTo(new StatusNote(clock.last(), "bob", List.of("mended")));
    assertThat(entry(3).note().reasons()).containsExactly("the names are wrong");
  }

  /** Software from before said only that a version is held, and held only under a pin. */
  @Test
  void anUnpinReleasesWhatDoesNotSayByWhatItIsHeld() {
    publish(1);
    operations().pin(1, ORDER).orThrow();
    publish(2);
    PointerEntry old = entry(2).with().heldBy(null).note(StatusNote.NONE).build();
    apply(
        p ->
            new Pointer(
                p.updatedAt(), 2, p.current(), List.of(old, entry(1)), p.pin(), p.writer()));

    operations().unpin(ORDER).orThrow();

    assertThat(states()).containsExactly("2 announced, current", "1 announced");
  }

  @Test
  void anUnpinWithoutAPinChangesNothing() {
    publish(1, 2);
    operations().rollback(1, Afterwards.NEXT_TAKES_OVER, ORDER).orThrow();
    Pointer before = pointer();

    assertThat(operations().unpin(ORDER)).isEqualTo(new EditOutcome.Unchanged(before));
    assertThat(pointer()).isEqualTo(before);
  }

  @Test
  void aRollbackQuarantinesWhatItSkipsAndPins() {
    publish(1, 2, 3, 4);

    operations().rollback(2, Afterwards.PIN, ORDER).orThrow();

    assertThat(states())
        .containsExactly("4 quarantined", "3 quarantined", "2 announced, current", "1 announced");
    assertThat(pointer().pin()).isEqualTo(new Pin(2, clock.last(), ORDER.reason(), "ada"));
    assertThat(entry(4).note())
        .isEqualTo(new StatusNote(clock.last(), "ada", List.of("the names are wrong")));
    assertThat(entry(2).note()).isEqualTo(StatusNote.NONE);
    publish(5);
    assertThat(entry(5).heldBy()).isEqualTo(HeldBy.PIN);
  }

  @Test
  void aRollbackThatDoesNotPinLastsUntilTheNextVersion() {
    publish(1, 2);

    operations().rollback(1, Afterwards.NEXT_TAKES_OVER, ORDER).orThrow();

    assertThat(pointer().pin()).isNull();
    assertThat(states()).containsExactly("2 quarantined", "1 announced, current");
    publish(3);
    assertThat(states()).containsExactly("3 announced, current", "2 quarantined", "1 announced");
  }

  /** Waiting versions that nobody was served are not what is rolled back. */
  @Test
  void aRollbackUnderAPinLeavesTheVersionsThatWait() {
    publish(1, 2);
    operations().pinCurrent(ORDER).orThrow();
    publish(3);

    operations().rollback(1, Afterwards.PIN, ORDER).orThrow();

    assertThat(states()).containsExactly("3 held by pin", "2 quarantined", "1 announced, current");
  }

  @Test
  void aRollbackToWhatIsNotOlderIsRefused() {
    publish(1, 2);
    Pointer before = pointer();

    assertThat(operations().rollback(2, Afterwards.PIN, ORDER))
        .isInstanceOfSatisfying(
            EditOutcome.Refused.class,
            r ->
                assertThat(r.reason())
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContainingAll(
                        store.root().toString(),
                        "version 2 is not older than version 2, which is served",
                        "nothing was rolled back"));
    assertThat(pointer()).isEqualTo(before);
  }

  @Test
  void aVersionThatAValidatorHoldsIsServedByItsAnnouncementOnly() {
    publish(1);
    hold(2);

    assertThatThrownBy(() -> operations().pin(2, ORDER).orThrow())
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(
            "a validator holds version 2 (too few rows)",
            "announce version 2 first",
            "nothing was pinned");
    operations().announce(2, new Order("ada", "it is meant")).orThrow();

    assertThat(states()).containsExactly("2 announced, current", "1 announced");
    assertThat(entry(2).note())
        .isEqualTo(new StatusNote(clock.last(), "ada", List.of("it is meant")));
    operations().pin(2, ORDER).orThrow();
    assertThat(pointer().pin().version()).isEqualTo(2);
  }

  /** The way that each refusal names leads there. */
  @Test
  void anOlderVersionThatAValidatorHoldsIsServedAfterARollbackBehindIt() {
    publish(1);
    hold(2);
    publish(3);

    for (EditOutcome refused :
        List.of(
            operations().rollback(2, Afterwards.PIN, ORDER),
            operations().pin(2, ORDER),
            operations().announce(2, ORDER))) {
      assertThatThrownBy(refused::orThrow)
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("roll back to version 1, which is older, then announce version 2");
    }
    operations().rollback(1, Afterwards.NEXT_TAKES_OVER, ORDER).orThrow();
    operations().announce(2, ORDER).orThrow();

    assertThat(states()).containsExactly("3 quarantined", "2 announced, current", "1 announced");
  }

  @Test
  void anAnnouncementOfAnOlderVersionIsRefusedAndNamesTheRollback() {
    publish(1, 2, 3);

    assertThatThrownBy(() -> operations().announce(1, ORDER).orThrow())
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll("version 1 is older than version 3", "roll back to it");
    operations().rollback(1, Afterwards.PIN, ORDER).orThrow();

    assertThat(pointer().current().version()).isEqualTo(1);
  }

  @Test
  void anAnnouncementUndoesARollback() {
    publish(1, 2);
    operations().rollback(1, Afterwards.NEXT_TAKES_OVER, ORDER).orThrow();

    operations().announce(2, ORDER).orThrow();

    assertThat(states()).containsExactly("2 announced, current", "1 announced");
    assertThat(operations().announce(2, ORDER)).isInstanceOf(EditOutcome.Unchanged.class);
  }

  @Test
  void anAnnouncementUnderAPinReleasesTheVersionAndThePinHoldsIt() {
    publish(1);
    operations().pin(1, ORDER).orThrow();
    hold(2);

    operations().announce(2, new Order("bob", "checked")).orThrow();

    assertThat(states()).containsExactly("2 held by pin", "1 announced, current");
    assertThatThrownBy(() -> operations().announce(2, ORDER).orThrow())
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll(
            "version 1 is pinned since ",
            " by ada (the names are wrong)",
            "unpin, or pin version 2 instead");
    operations().pin(2, ORDER).orThrow();
    assertThat(states()).containsExactly("2 announced, current", "1 announced");
  }

  @Test
  void aVersionThatWaitsCanBeQuarantinedAndHeldButNotTheOneThatIsServed() {
    publish(1);
    operations().pin(1, ORDER).orThrow();
    publish(2, 3);

    operations().quarantine(3, ORDER).orThrow();
    operations().hold(2, TOO_FEW).orThrow();
    assertThat(states())
        .containsExactly("3 quarantined", "2 held by validator", "1 announced, current");
    assertThat(entry(2).note())
        .isEqualTo(new StatusNote(clock.last(), null, List.of("too few rows")));
    assertThat(operations().quarantine(3, ORDER)).isInstanceOf(EditOutcome.Unchanged.class);
    assertThat(operations().hold(2, TOO_FEW)).isInstanceOf(EditOutcome.Unchanged.class);

    assertThatThrownBy(() -> operations().quarantine(1, ORDER).orThrow())
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll("version 1 is served", "roll back");
    assertThatThrownBy(() -> operations().hold(1, TOO_FEW).orThrow())
        .isInstanceOf(ConflictException.class)
        .hasMessageContainingAll("version 1 is served", "nothing was held");
    assertThatThrownBy(() -> operations().hold(3, TOO_FEW).orThrow())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("version 3 is quarantined");
    operations().unpin(ORDER).orThrow();
    assertThat(pointer().current().version()).isEqualTo(1);
  }

  @Test
  void anUnknownVersionIsRefusedWithThoseThatThereAre() {
    publish(1, 2);

    for (EditOutcome refused :
        List.of(
            operations().pin(7, ORDER),
            operations().rollback(7, Afterwards.PIN, ORDER),
            operations().announce(7, ORDER),
            operations().quarantine(7, ORDER),
            operations().hold(7, TOO_FEW))) {
      assertThatThrownBy(refused::orThrow)
          .isInstanceOf(NotFoundException.class)
          .hasMessageContainingAll("'7'", "the history has 2, from 1 to 2");
    }
  }

  @Test
  void aDatasetWithoutAVersionHasNothingToOperateOn() {
    List<Callable<EditOutcome>> all =
        List.of(
            () -> operations().pinCurrent(ORDER),
            () -> operations().unpin(ORDER),
            () -> operations().rollback(1, Afterwards.PIN, ORDER),
            () -> operations().announce(1, ORDER));
    for (Callable<EditOutcome> operation : all) {
      assertThatThrownBy(() -> operation.call().orThrow()).isInstanceOf(NotFoundException.class);
    }
    hold(1);
    assertThatThrownBy(() -> operations().pinCurrent(ORDER).orThrow())
        .isInstanceOf(NotFoundException.class);
    operations().announce(1, ORDER).orThrow();
    assertThat(states()).containsExactly("1 announced, current");
  }

  @Test
  void wordsThatThePointerCannotHoldAreRefusedBeforeAnythingIsRead() {
    assertThatThrownBy(() -> new Order(null, "x".repeat(Limits.MAX_REASON + 1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("1024 characters", "found 1025");
    assertThatThrownBy(() -> new Order("\uD800", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("who must be text with a UTF-8 form");
    assertThat(new Order("", "")).isEqualTo(Order.SILENT);
  }

  /** Otherwise a rollback whose answer was lost would be told as one that changed nothing. */
  @Test
  void anOperationWhoseAnswerWasLostIsFoundDoneWhateverCameAfterIt() {
    publish(1, 2);
    for (boolean another : new boolean[] {false, true}) {
      try (FaultyStore faulty = new FaultyStore(unclosed(), FaultyStore.Fault.AMBIGUOUS_AFTER)) {
        int next = (int) pointer().lastVersion() + 1;
        faulty.afterFault = another ? () -> publish(next) : () -> {};
        long served = pointer().current().version();

        EditOutcome outcome = operations(faulty).rollback(1, Afterwards.NEXT_TAKES_OVER, ORDER);

        assertThat(outcome)
            .isInstanceOfSatisfying(
                EditOutcome.Replaced.class,
                r -> {
                  assertThat(r.proof()).isEqualTo(EditOutcome.Proof.READ_BACK);
                  assertThat(r.before().orElseThrow().current().version()).isEqualTo(served);
                  assertThat(r.after()).isEqualTo(pointer());
                });
        assertThat(pointer().current().version()).isEqualTo(another ? next : 1);
        if (!another) {
          publish(next);
        }
      }
    }
    assertThat(states())
        .containsExactly("4 announced, current", "3 quarantined", "2 quarantined", "1 announced");
  }

  @Test
  void anOperationThatWasLostIsMadeAgainOnWhatIsThereThen() {
    publish(1, 2);
    try (FaultyStore faulty =
        new FaultyStore(
            unclosed(), FaultyStore.Fault.AMBIGUOUS_BEFORE, FaultyStore.Fault.CONFLICT)) {
      faulty.afterFault = () -> publish((int) pointer().lastVersion() + 1);

      operations(faulty).rollback(1, Afterwards.PIN, ORDER).orThrow();
    }
    assertThat(states())
        .containsExactly("4 quarantined", "3 quarantined", "2 quarantined", "1 announced, current");
  }

  /** A change that may have been made must not be denied. */
  @Test
  void aRefusalAfterALostAnswerSaysThatThereWasOne() {
    publish(1, 2);
    try (FaultyStore faulty = new FaultyStore(unclosed(), FaultyStore.Fault.AMBIGUOUS_BEFORE)) {
      faulty.afterFault = () -> operations().rollback(1, Afterwards.PIN, Order.SILENT);

      assertThatThrownBy(() -> operations(faulty).rollback(1, Afterwards.PIN, ORDER).orThrow())
          .isInstanceOf(ConflictException.class)
          .satisfies(
              e ->
                  assertThat(e.getSuppressed())
                      .hasExactlyElementsOfTypes(AmbiguousWriteException.class));
    }
  }

  @Test
  void aStoreThatFailsLeavesThePointerAsItWas() {
    publish(1);
    Pointer before = pointer();
    try (FaultyStore faulty = new FaultyStore(unclosed(), FaultyStore.Fault.FAILURE)) {
      assertThatThrownBy(() -> operations(faulty).pinCurrent(ORDER))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("injected");
      faulty.always = FaultyStore.Fault.CONFLICT;
      assertThatThrownBy(() -> operations(faulty).pinCurrent(ORDER))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("20 attempts", "nothing was pinned");
    }
    assertThat(pointer()).isEqualTo(before);
  }

  /** Neither a job nor an operator loses what it did, or does it twice. */
  @Test
  void operatorsAndAPublisherAtOnceAllComeThrough() throws Exception {
    publish(1, 2);
    int versions = 15;
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> all = new ArrayList<>();
      all.add(
          threads.submit(
              () -> {
                Announcer announcer = announcer(store);
                for (int i = 3; i < 3 + versions; i++) {
                  announcer.announce(snapshot(i, MINE, Snapshots.after(i - 1)));
                }
              }));
      for (String who : List.of("ada", "bob")) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < versions; i++) {
                    Order order = new Order(who, "round " + i);
                    operations().pinCurrent(order).orThrow();
                    // Only a refusal says that the other one was faster.
                    EditOutcome unused = operations().rollback(1, Afterwards.PIN, order);
                    operations().unpin(order).orThrow();
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    operations().unpin(ORDER).orThrow();

    Pointer pointer = pointer();
    assertThat(pointer.history())
        .extracting(PointerEntry::version)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, versions + 2)
                .mapToObj(i -> (long) (versions + 3 - i))
                .toList());
    assertThat(pointer.pin()).isNull();
    long newest =
        pointer.history().stream()
            .filter(e -> e.status() != VersionStatus.QUARANTINED)
            .mapToLong(PointerEntry::version)
            .max()
            .orElseThrow();
    assertThat(pointer.current().version()).isEqualTo(newest);
  }

  private void publish(int... ids) {
    for (int id : ids) {
      announcer(store).announce(snapshot(id, MINE, ANY));
    }
  }

  /** Publishes a version that a validator holds. */
  private void hold(int id) {
    announcer(store).announce(snapshot(id, MINE, ANY), current -> TOO_FEW);
  }

  private void apply(UnaryOperator<Pointer> change) {
    PointerEdit edit =
        new PointerEdit() {
          @Override
          public Decision decide(Optional<Pointer> found) {
            return new Replace(change.apply(found.orElseThrow()));
          }

          @Override
          public String done() {
            return "changed";
          }
        };
    new PointerSwap(store, BackoffStrategy.retryImmediately()).apply(edit).orThrow();
  }

  /** The store, for a wrapper that is closed before it. */
  private ObjectStore unclosed() {
    return new ForwardingObjectStore(store) {
      @Override
      public void close() {}
    };
  }

  private Announcer announcer(ObjectStore in) {
    return new Announcer(in, clock, Announcement.IfEmpty.REFUSE, shortPauses());
  }

  private PointerOperations operations() {
    return operations(store);
  }

  private PointerOperations operations(ObjectStore in) {
    return new PointerOperations(in, clock, shortPauses());
  }

  private static BackoffStrategy shortPauses() {
    return BackoffStrategy.exponentialDelay(Duration.ofMillis(2), Duration.ofMillis(50));
  }

  private Pointer pointer() {
    return new Dataset(store).pointer().orElseThrow().pointer();
  }

  private PointerEntry entry(long version) {
    return pointer().entry(version).orElseThrow();
  }

  /** The versions, newest first, in words. */
  private List<String> states() {
    Pointer pointer = pointer();
    return pointer.history().stream()
        .map(
            e ->
                e.version()
                    + " "
                    + e.status().externalName()
                    + (e.heldBy() == null ? "" : " by " + e.heldBy().externalName())
                    + (e.equals(pointer.current()) ? ", current" : ""))
        .toList();
  }
}
