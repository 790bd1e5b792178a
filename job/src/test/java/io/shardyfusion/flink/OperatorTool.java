package io.shardyfusion.flink;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What an operator does to a pointer while jobs run, by compare-and-set. */
final class OperatorTool {

  private OperatorTool() {}

  /** Keeps the current version, whatever is published. */
  static long pin(String uri) {
    return edit(uri, p -> with(p, p.current(), p.history(), p.current())).current().version();
  }

  /** Goes on with the newest version that is not quarantined. */
  static void unpin(String uri) {
    edit(
        uri,
        p -> {
          List<PointerEntry> history = new ArrayList<>(p.history());
          int newest = 0;
          while (history.get(newest).status() == VersionStatus.QUARANTINED) {
            newest++;
          }
          PointerEntry current = history.get(newest).withStatus(VersionStatus.ANNOUNCED);
          history.set(newest, current);
          return with(p, current, history, null);
        });
  }

  /** Serves an older version, quarantines the newer ones, and pins. */
  static void rollback(String uri, long version) {
    edit(uri, p -> rolledBack(p, version, p.entry(version).orElseThrow()));
  }

  /** As {@link #rollback}, but the next version takes over. */
  static void rollbackWithoutPin(String uri, long version) {
    edit(uri, p -> rolledBack(p, version, null));
  }

  private static Pointer rolledBack(Pointer pointer, long version, @Nullable PointerEntry pinned) {
    List<PointerEntry> history =
        pointer.history().stream()
            .map(e -> e.version() > version ? e.withStatus(VersionStatus.QUARANTINED) : e)
            .toList();
    return with(pointer, pointer.entry(version).orElseThrow(), history, pinned);
  }

  private static Pointer with(
      Pointer pointer,
      @Nullable PointerEntry current,
      List<PointerEntry> history,
      @Nullable PointerEntry pinned) {
    return new Pointer(
        Instant.now(),
        pointer.lastVersion(),
        current,
        history,
        pinned == null ? null : new Pin(pinned.version(), Instant.now(), "a test"),
        pointer.writer());
  }

  /** Another write of the pointer, once, that changes nothing in it but its time. */
  static void touch(ObjectStore store) {
    Optional<PointerState> state = new Dataset(store).pointer();
    state.ifPresent(
        s ->
            replace(
                store, s, with(s.pointer(), s.pointer().current(), s.pointer().history(), null)));
  }

  private static boolean replace(ObjectStore store, PointerState state, Pointer next) {
    return store.writeIf(
            Layout.POINTER, PointerParser.toJson(next), new Expectation.Unchanged(state.tag()))
        instanceof ConditionalWrite.Written;
  }

  private static Pointer edit(String uri, UnaryOperator<Pointer> change) {
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      while (true) {
        PointerState state = new Dataset(store).pointer().orElseThrow();
        Pointer next = change.apply(state.pointer());
        if (replace(store, state, next)) {
          return next;
        }
      }
    }
  }
}
