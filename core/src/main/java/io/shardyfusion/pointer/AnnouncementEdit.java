package io.shardyfusion.pointer;

import io.shardyfusion.ConflictException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.HeldBy;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.StatusNote;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.format.WriterIdentity;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds a stored snapshot to the history, and makes it the one to serve unless a pin or the gate
 * holds it.
 *
 * @param root the dataset, for messages
 * @param clock gives the time of the announcement
 * @param announcement of the snapshot
 * @param ifEmpty whether a snapshot without rows may replace one that has some
 * @param gate judges the snapshot
 * @param mine the identity under which this attempt has announced, or null if it has not
 */
record AnnouncementEdit(
    URI root,
    Clock clock,
    Announcement announcement,
    Announcement.IfEmpty ifEmpty,
    Gate gate,
    @Nullable WriterIdentity mine)
    implements PointerEdit {

  @Override
  public String done() {
    return "announced";
  }

  @Override
  public Decision decide(Optional<Pointer> found) {
    if (found.isPresent() && find(found.get(), announcement.manifest()).isPresent()) {
      return new Keep(found.get());
    }
    return refusal(found)
        .<Decision>map(Refuse::new)
        .orElseGet(() -> new Replace(next(found, entry(found), identity(found))));
  }

  /** The entry of a snapshot, if the history has it. */
  static Optional<PointerEntry> find(Pointer pointer, ManifestRef ref) {
    return pointer.history().stream().filter(e -> e.manifest().equals(ref)).findFirst();
  }

  private Optional<ShardyfusionException> refusal(Optional<Pointer> found) {
    return takenOver(found).or(() -> overtaken(found)).or(() -> emptied(found));
  }

  private Optional<ShardyfusionException> takenOver(Optional<Pointer> pointer) {
    WriterIdentity found = pointer.map(Pointer::writer).orElse(null);
    if (mine == null
        || (found != null
            && found.lineage().equals(mine.lineage())
            && found.generation() == mine.generation())) {
      return Optional.empty();
    }
    return Optional.of(
        new ConflictException(
            "the dataset "
                + root
                + " was taken over: its writer is "
                + shown(found)
                + ", and this one is "
                + shown(mine)
                + newest(pointer)
                + "; nothing was announced; stop one of the two writers"));
  }

  private Optional<ShardyfusionException> overtaken(Optional<Pointer> pointer) {
    if (announcement.predecessor().isNewestOf(pointer)) {
      return Optional.empty();
    }
    String expected =
        announcement.predecessor() instanceof Predecessor.Version version
            ? "to follow the version of " + version.manifest().object()
            : "to be the first version";
    return Optional.of(
        new ConflictException(
            "another writer was at the dataset "
                + root
                + ": the snapshot of run "
                + announcement.runId()
                + " was "
                + expected
                + newest(pointer)
                + ", written by "
                + shown(pointer.map(Pointer::writer).orElse(null))
                + "; nothing was announced; run again to build on the newest version (a continuous job: from its newest "
                + "checkpoint, or with base(CURRENT)), or with takeover() to replace it"));
  }

  /** By the pointer that is replaced, so that it holds of what readers would lose. */
  private Optional<ShardyfusionException> emptied(Optional<Pointer> pointer) {
    PointerEntry current = pointer.map(Pointer::current).orElse(null);
    if (current == null
        || current.rows() == 0
        || !announcement.size().isEmpty()
        || ifEmpty == Announcement.IfEmpty.ANNOUNCE) {
      return Optional.empty();
    }
    return Optional.of(
        new EmptySnapshotException(
            "the snapshot of run "
                + announcement.runId()
                + " has no rows, and the dataset "
                + root
                + " serves version "
                + current.version()
                + " with "
                + (current.rowsExact() ? "" : "about ")
                + current.rows()
                + " rows, so readers would find nothing any more; nothing was announced; see whether the input is complete and"
                + " was read as it should be, or, where the dataset is meant to be empty, run again with"
                + " allowEmpty()"));
  }

  private static String newest(Optional<Pointer> pointer) {
    return pointer.filter(p -> !p.history().isEmpty()).map(p -> p.history().get(0)).stream()
        .map(e -> "; the newest is version " + e.version() + " of run " + e.runId())
        .findFirst()
        .orElse("; it has no version");
  }

  private static String shown(@Nullable WriterIdentity writer) {
    return writer == null
        ? "nobody"
        : "lineage "
            + writer.lineage()
            + " generation "
            + writer.generation()
            + " at checkpoint "
            + writer.epoch();
  }

  private WriterIdentity identity(Optional<Pointer> pointer) {
    if (mine != null) {
      return new WriterIdentity(mine.lineage(), mine.generation(), announcement.epoch());
    }
    WriterIdentity before = pointer.map(Pointer::writer).orElse(null);
    boolean sameLineage = before != null && before.lineage().equals(announcement.lineage());
    return new WriterIdentity(
        announcement.lineage(),
        sameLineage && before != null ? before.generation() + 1 : 1,
        announcement.epoch());
  }

  private PointerEntry entry(Optional<Pointer> pointer) {
    PointerEntry entry =
        PointerEntry.builder()
            .version(pointer.map(Pointer::lastVersion).orElse(0L) + 1)
            .manifest(announcement.manifest())
            .runId(announcement.runId())
            .announcedAt(clock.instant())
            .rows(announcement.size().rows())
            .rowsExact(announcement.size().rowsExact())
            .bytes(announcement.size().bytes())
            .status(VersionStatus.ANNOUNCED)
            .build();
    // The validator wins over the pin: an unpin must not release what it refused.
    if (gate.judge(pointer.map(Pointer::current)) instanceof Verdict.Hold hold) {
      return entry.held(HeldBy.VALIDATOR, StatusNote.because(hold.reasons()));
    }
    return pointer.map(Pointer::pin).isPresent() ? entry.held(HeldBy.PIN, StatusNote.NONE) : entry;
  }

  private static Pointer next(Optional<Pointer> before, PointerEntry entry, WriterIdentity writer) {
    PointerEntry served =
        entry.status() == VersionStatus.ANNOUNCED
            ? entry
            : before.map(Pointer::current).orElse(null);
    List<PointerEntry> history =
        History.adding(entry, before.map(Pointer::history).orElse(List.of()), served);
    return new Pointer(
        entry.announcedAt(),
        entry.version(),
        served == null ? null : History.entry(history, served.version()),
        history,
        before.map(Pointer::pin).orElse(null),
        writer);
  }
}
