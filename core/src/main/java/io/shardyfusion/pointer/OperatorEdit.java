package io.shardyfusion.pointer;

import io.shardyfusion.ConflictException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.Printable;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.StatusNote;
import io.shardyfusion.format.VersionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An edit of a pointer that must be there, by an operator or for a validator. It notes its time in
 * what it changes, by which it finds its own work done.
 */
abstract class OperatorEdit implements PointerEdit {

  private final Dataset dataset;
  private final Instant time;
  private final StatusNote note;

  /**
   * An edit of the pointer of {@code dataset}.
   *
   * @param time when it is made
   * @param note what it says in the entries that it changes
   */
  OperatorEdit(Dataset dataset, Instant time, StatusNote note) {
    this.dataset = dataset;
    this.time = time;
    this.note = note;
  }

  /**
   * Decides by the pointer as it stands.
   *
   * @throws NotFoundException to refuse, as there is no such version
   * @throws ConflictException to refuse, as the pointer does not allow it
   */
  abstract Decision decide(Pointer pointer);

  @Override
  public final Decision decide(Optional<Pointer> found) {
    if (found.isEmpty()) {
      return new Refuse(dataset.noSnapshot());
    }
    try {
      return decide(found.get());
    } catch (NotFoundException | ConflictException e) {
      return new Refuse(e);
    }
  }

  final Instant time() {
    return time;
  }

  /** The note that this edit leaves, and by which it is recognised. */
  final StatusNote note() {
    return note;
  }

  final PointerEntry entry(Pointer pointer, long version) {
    return dataset.resolve(pointer, Long.toString(version));
  }

  /** The entry that is served. */
  final PointerEntry served(Pointer pointer) {
    PointerEntry current = pointer.current();
    if (current == null) {
      throw dataset.noSnapshot();
    }
    return current;
  }

  /** The entry, announced; one that was is as it was. */
  final PointerEntry announced(PointerEntry entry) {
    return entry.status() == VersionStatus.ANNOUNCED ? entry : entry.announced(note);
  }

  /** The pointer in which {@code change} was made to each entry, and that serves a version. */
  final Replace serving(
      long version, @Nullable Pin pin, Pointer pointer, UnaryOperator<PointerEntry> change) {
    List<PointerEntry> history = History.fitting(pointer.history().stream().map(change).toList());
    return new Replace(
        new Pointer(
            time,
            pointer.lastVersion(),
            History.entry(history, version),
            history,
            pin,
            pointer.writer()));
  }

  /** The pointer in which one entry is another, and that serves what it served. */
  final Replace with(PointerEntry changed, Pointer pointer) {
    List<PointerEntry> history =
        History.fitting(
            pointer.history().stream()
                .map(e -> e.version() == changed.version() ? changed : e)
                .toList());
    PointerEntry current = pointer.current();
    return new Replace(
        new Pointer(
            time,
            pointer.lastVersion(),
            current == null ? null : History.entry(history, current.version()),
            history,
            pointer.pin(),
            pointer.writer()));
  }

  final ConflictException refused(String problem) {
    return new ConflictException(
        "the dataset " + dataset.store().root() + ": " + problem + "; nothing was " + done());
  }

  /** Refuses to serve what a validator holds. */
  final void checkReleased(PointerEntry entry, Pointer pointer) {
    if (entry.isHeldByValidator()) {
      throw refused(
          "a validator holds version "
              + entry.version()
              + said(entry.note().reasons())
              + ", and only its announcement releases it; "
              + release(entry, pointer));
    }
  }

  /** The way to release what a validator holds. */
  static String release(PointerEntry entry, Pointer pointer) {
    PointerEntry current = pointer.current();
    if (current == null || entry.version() > current.version()) {
      return "announce version " + entry.version() + " first";
    }
    return pointer.history().stream()
        .filter(e -> e.version() < entry.version() && !e.isHeldByValidator())
        .findFirst()
        .map(
            older ->
                "roll back to version "
                    + older.version()
                    + ", which is older, then announce version "
                    + entry.version())
        .orElse("there is no older version to roll back to first: publish its rows again");
  }

  static String shown(Pin pin) {
    return "version "
        + pin.version()
        + " is pinned since "
        + pin.pinnedAt()
        + (pin.who() == null ? "" : " by " + Printable.line(pin.who()))
        + said(pin.reason() == null ? List.of() : List.of(pin.reason()));
  }

  private static String said(List<String> reasons) {
    return reasons.isEmpty() ? "" : " (" + Printable.line(String.join("; ", reasons)) + ")";
  }
}
