package io.shardyfusion.pointer;

import static io.shardyfusion.pointer.Snapshots.ANY;
import static io.shardyfusion.pointer.Snapshots.MINE;
import static io.shardyfusion.pointer.Snapshots.NOW;
import static io.shardyfusion.pointer.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.pointer.PointerOperations.Afterwards;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * A pointer is what a small model says and keeps the rules of the format, whatever is done to it,
 * in whatever order, and whatever becomes of the store's answers.
 */
class PointerEditsPropertyTest {

  private static final Verdict.Hold TOO_FEW = new Verdict.Hold(List.of("too few rows"));

  /** The kinds of steps. */
  enum Action {
    PUBLISH,
    PUBLISH_HELD,
    PIN,
    PIN_CURRENT,
    UNPIN,
    ROLLBACK,
    ROLLBACK_WITHOUT_PIN,
    ANNOUNCE,
    QUARANTINE,
    HOLD
  }

  /**
   * One step.
   *
   * @param action what is done
   * @param back to which version, counted from the newest
   */
  record Step(Action action, int back) {}

  /** The state of a version in the model. */
  private enum State {
    SERVABLE,
    WAITS_FOR_UNPIN,
    REFUSED,
    ROLLED_BACK
  }

  /** The rules of section 4, said in another way. */
  private static final class Model {

    final TreeMap<Long, State> versions = new TreeMap<>();
    @Nullable Long current;
    boolean pinned;

    /** Does a step, and says whether it is allowed. */
    boolean step(Step step, long version) {
      boolean known = versions.containsKey(version);
      State state = versions.get(version);
      boolean older = current != null && version < current;
      switch (step.action()) {
        case PUBLISH, PUBLISH_HELD -> {
          long next = versions.isEmpty() ? 1 : versions.lastKey() + 1;
          boolean refused = step.action() == Action.PUBLISH_HELD;
          versions.put(
              next, refused ? State.REFUSED : pinned ? State.WAITS_FOR_UNPIN : State.SERVABLE);
          if (!refused && !pinned) {
            current = next;
          }
          return true;
        }
        case PIN -> {
          return known && state != State.REFUSED && serve(version, true);
        }
        case PIN_CURRENT -> {
          return current != null && serve(current, true);
        }
        case UNPIN -> {
          if (pinned) {
            long newest =
                versions.descendingMap().entrySet().stream()
                    .filter(
                        e ->
                            e.getValue() == State.SERVABLE || e.getValue() == State.WAITS_FOR_UNPIN)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            serve(newest, false);
          }
          return !versions.isEmpty();
        }
        case ROLLBACK, ROLLBACK_WITHOUT_PIN -> {
          if (!known || !older || state == State.REFUSED) {
            return false;
          }
          versions.subMap(version, false, current, true).replaceAll((v, s) -> State.ROLLED_BACK);
          return serve(version, step.action() == Action.ROLLBACK);
        }
        case ANNOUNCE -> {
          if (!known || older) {
            return false;
          }
          if (!pinned) {
            return serve(version, false);
          }
          boolean heldByMore = state == State.REFUSED || state == State.ROLLED_BACK;
          versions.computeIfPresent(version, (v, s) -> heldByMore ? State.WAITS_FOR_UNPIN : s);
          return heldByMore || version == current;
        }
        case QUARANTINE -> {
          boolean allowed = known && !Long.valueOf(version).equals(current);
          versions.computeIfPresent(version, (v, s) -> allowed ? State.ROLLED_BACK : s);
          return allowed;
        }
        case HOLD -> {
          boolean allowed =
              known && !Long.valueOf(version).equals(current) && state != State.ROLLED_BACK;
          versions.computeIfPresent(version, (v, s) -> allowed ? State.REFUSED : s);
          return allowed;
        }
      }
      throw new AssertionError(step);
    }

    private boolean serve(long version, boolean pin) {
      versions.put(version, State.SERVABLE);
      current = version;
      pinned = pin;
      return true;
    }
  }

  @Property(tries = 400)
  void anySequenceOfEditsIsWhatTheModelSays(@ForAll("steps") List<Step> steps) {
    Clock clock = new TickingClock(NOW);
    Model model = new Model();
    try (ObjectStore nowhere =
        ObjectStores.open(Path.of("never-written").toUri().toString(), StoreOptions.defaults())) {
      Optional<Pointer> pointer = Optional.empty();
      for (Step step : steps) {
        long version = pointer.map(Pointer::lastVersion).orElse(1L) - step.back();
        PointerEdit edit = edit(step, version, pointer, new Dataset(nowhere), clock);

        PointerEdit.Decision decision = edit.decide(pointer);

        assertThat(!(decision instanceof PointerEdit.Refuse))
            .as(step + " of version " + version + " is allowed")
            .isEqualTo(model.step(step, version));
        if (decision instanceof PointerEdit.Replace replace) {
          pointer = Optional.of(replace.next());
          // Asked again, as after a lost answer, it finds its own work.
          assertThat(edit.decide(pointer)).isEqualTo(new PointerEdit.Keep(pointer.get()));
        }
        assertIsWhatTheModelSays(pointer, model);
      }
    }
  }

  /** The same through a store whose answers get lost, and that others write to. */
  @Property(tries = 15)
  void whateverBecomesOfTheStoresAnswersTheModelHolds(
      @ForAll("steps") List<Step> steps, @ForAll long seed) throws IOException {
    Clock clock = new TickingClock(NOW);
    Random random = new Random(seed);
    Model model = new Model();
    Path directory = Files.createTempDirectory("pointer");
    FaultyStore.Fault[] faults = {
      FaultyStore.Fault.AMBIGUOUS_BEFORE,
      FaultyStore.Fault.AMBIGUOUS_AFTER,
      FaultyStore.Fault.CONFLICT
    };
    try (FaultyStore store =
        new FaultyStore(ObjectStores.open(directory.toUri().toString(), StoreOptions.defaults()))) {
      PointerSwap swap = new PointerSwap(store, BackoffStrategy.retryImmediately());
      Dataset dataset = new Dataset(store);
      for (Step step : steps) {
        Optional<Pointer> pointer = dataset.pointer().map(s -> s.pointer());
        long version = pointer.map(Pointer::lastVersion).orElse(1L) - step.back();
        store.faults.clear();
        for (int i = random.nextInt(3); i > 0; i--) {
          store.faults.add(faults[random.nextInt(faults.length)]);
        }

        EditOutcome outcome = swap.apply(edit(step, version, pointer, dataset, clock));

        assertThat(!(outcome instanceof EditOutcome.Refused))
            .as(step + " of version " + version + " is allowed")
            .isEqualTo(model.step(step, version));
        assertIsWhatTheModelSays(dataset.pointer().map(s -> s.pointer()), model);
      }
    } finally {
      for (String name : List.of("_CURRENT", "_CURRENT.lock")) {
        Files.deleteIfExists(directory.resolve(name));
      }
    }
  }

  @Provide
  static Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(4, Action.PUBLISH),
                Tuple.of(2, Action.PUBLISH_HELD),
                Tuple.of(1, Action.PIN),
                Tuple.of(1, Action.PIN_CURRENT),
                Tuple.of(2, Action.UNPIN),
                Tuple.of(2, Action.ROLLBACK),
                Tuple.of(1, Action.ROLLBACK_WITHOUT_PIN),
                Tuple.of(2, Action.ANNOUNCE),
                Tuple.of(1, Action.QUARANTINE),
                Tuple.of(1, Action.HOLD)),
            Arbitraries.integers().between(0, 6))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  private static PointerEdit edit(
      Step step, long version, Optional<Pointer> pointer, Dataset dataset, Clock clock) {
    int next = pointer.map(p -> (int) p.lastVersion()).orElse(0) + 1;
    Order order = new Order("ada", null);
    return switch (step.action()) {
      case PUBLISH, PUBLISH_HELD ->
          new AnnouncementEdit(
              dataset.store().root(),
              clock,
              snapshot(next, MINE, ANY),
              Announcement.IfEmpty.REFUSE,
              step.action() == Action.PUBLISH ? Gate.OPEN : current -> TOO_FEW,
              null);
      case PIN -> new PinEdit(dataset, clock.instant(), order, version);
      case PIN_CURRENT -> new PinEdit(dataset, clock.instant(), order, null);
      case UNPIN -> new UnpinEdit(dataset, clock.instant(), order);
      case ROLLBACK -> new RollbackEdit(dataset, clock.instant(), order, version, Afterwards.PIN);
      case ROLLBACK_WITHOUT_PIN ->
          new RollbackEdit(dataset, clock.instant(), order, version, Afterwards.NEXT_TAKES_OVER);
      case ANNOUNCE -> new ReleaseEdit(dataset, clock.instant(), order, version);
      case QUARANTINE -> new QuarantineEdit(dataset, clock.instant(), order, version);
      case HOLD -> new HoldEdit(dataset, clock.instant(), version, TOO_FEW);
    };
  }

  private static void assertIsWhatTheModelSays(Optional<Pointer> pointer, Model model) {
    if (pointer.isEmpty()) {
      assertThat(model.versions).isEmpty();
      return;
    }
    Pointer found = pointer.get();
    TreeMap<Long, State> states = new TreeMap<>();
    found.history().forEach(e -> states.put(e.version(), state(e)));
    assertThat(states).isEqualTo(model.versions);
    assertThat(found.current() == null ? null : found.current().version()).isEqualTo(model.current);
    assertThat(found.pin() != null).isEqualTo(model.pinned);
  }

  private static State state(PointerEntry entry) {
    return switch (entry.status()) {
      case ANNOUNCED -> State.SERVABLE;
      case HELD -> entry.isHeldByValidator() ? State.REFUSED : State.WAITS_FOR_UNPIN;
      case QUARANTINED -> State.ROLLED_BACK;
    };
  }
}
