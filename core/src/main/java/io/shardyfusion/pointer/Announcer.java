package io.shardyfusion.pointer;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ConflictException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * Announces the snapshots of one attempt of a writer job: gives them versions by compare-and-set of
 * the pointer, which is all that readers see. Not thread-safe. Does not own the store.
 *
 * <p><b>Fencing.</b> Two conditions must hold for a compare-and-set:
 *
 * <ol>
 *   <li>The newest version is the announcement's {@linkplain Predecessor predecessor}. So no writer
 *       overtakes another unseen, and none takes the dataset back to what it was before: not a
 *       second job, not a batch run, not a job that was restored from an old savepoint.
 *   <li>Once this attempt has announced, the pointer still names it as its writer. Its first
 *       announcement claims the next generation of its lineage, in the same compare-and-set; an
 *       older attempt that is still alive then finds a younger generation, and stops.
 * </ol>
 *
 * <p>A snapshot that is in the history already is recognised, whoever announced it, and nothing
 * changes: an attempt that is restored announces again what its predecessor may have announced.
 */
public final class Announcer {

  /** The number of versions that the pointer remembers; the oldest leave first. */
  public static final int HISTORY = 200;

  private static final int MAX_ATTEMPTS = 20;

  /** With full jitter: half a minute in all or so, where a store fails all the time. */
  private static final BackoffStrategy BACKOFF =
      BackoffStrategy.exponentialDelay(Duration.ofMillis(100), Duration.ofSeconds(4));

  private final ObjectStore store;
  private final Dataset dataset;
  private final Clock clock;
  private final BackoffStrategy backoff;
  private @Nullable WriterIdentity held;

  /**
   * For the dataset at the root of {@code store}.
   *
   * @param clock gives the times of announcements
   */
  public Announcer(ObjectStore store, Clock clock) {
    this(store, clock, BACKOFF);
  }

  /**
   * As the other.
   *
   * @param backoff how long to wait before another attempt
   */
  Announcer(ObjectStore store, Clock clock, BackoffStrategy backoff) {
    this.store = store;
    this.dataset = new Dataset(store);
    this.clock = clock;
    this.backoff = backoff;
  }

  /**
   * Gives a stored snapshot a version and makes it the one to serve; under a pin it joins the
   * history as held. An ambiguous answer of the store is resolved by reading the pointer again,
   * after a pause that grows from attempt to attempt.
   *
   * @throws ConflictException if another writer has the dataset; the message says who
   * @throws EmptySnapshotException if the snapshot has no rows, the current version has some, and
   *     the announcement does not say that this is meant
   * @throws StorageException if the store failed; the pointer is as it was, or has this
   *     announcement
   */
  public PointerEntry announce(Announcement announcement) {
    @Nullable AmbiguousWriteException ambiguous = null;
    for (int attempt = 0; ; attempt++) {
      if (attempt > 0) {
        pause(attempt, ambiguous);
      }
      Optional<PointerState> state = dataset.pointer();
      Optional<Pointer> pointer = state.map(PointerState::pointer);
      Optional<PointerEntry> known = pointer.flatMap(p -> find(p, announcement.manifest()));
      if (known.isPresent()) {
        return known.get();
      }
      checkHeld(pointer);
      checkPredecessor(announcement, pointer);
      checkRows(announcement, pointer);
      if (attempt == MAX_ATTEMPTS) {
        throw exhausted(ambiguous);
      }
      WriterIdentity writer = identity(announcement, pointer);
      PointerEntry entry = entry(announcement, pointer);
      byte[] json = PointerParser.toJson(next(pointer, entry, writer));
      Expectation expectation =
          state
              .<Expectation>map(s -> new Expectation.Unchanged(s.tag()))
              .orElseGet(Expectation.Absent::new);
      try {
        if (store.writeIf(Layout.POINTER, json, expectation) instanceof ConditionalWrite.Written) {
          held = writer;
          return entry;
        }
      } catch (AmbiguousWriteException e) {
        ambiguous = e;
        // If it did take effect, this attempt is that writer; if not, its generation is still free.
        held = null;
      }
    }
  }

  private void pause(int attempt, @Nullable AmbiguousWriteException ambiguous) {
    try {
      // The strategy counts the attempt that has failed, too: it has nothing wait for the first.
      TimeUnit.NANOSECONDS.sleep(backoff.computeDelay(attempt + 1).toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      StorageException interrupted =
          new StorageException(
              "interrupted while the pointer of "
                  + store.root()
                  + " was to be replaced; "
                  + (ambiguous == null
                      ? "nothing was announced"
                      : "whether the snapshot was announced is unknown: see the dataset's history"),
              e);
      if (ambiguous != null) {
        interrupted.addSuppressed(ambiguous);
      }
      throw interrupted;
    }
  }

  private StorageException exhausted(@Nullable AmbiguousWriteException ambiguous) {
    return new StorageException(
        "the pointer of "
            + store.root()
            + " could not be replaced in "
            + MAX_ATTEMPTS
            + " attempts, because others replaced it or the store's answers were ambiguous; nothing was announced; "
            + "see what writes to the dataset, then run again",
        ambiguous);
  }

  private static Optional<PointerEntry> find(Pointer pointer, ManifestRef ref) {
    return pointer.history().stream().filter(e -> e.manifest().equals(ref)).findFirst();
  }

  private void checkHeld(Optional<Pointer> pointer) {
    WriterIdentity mine = held;
    WriterIdentity found = pointer.map(Pointer::writer).orElse(null);
    if (mine == null
        || (found != null
            && found.lineage().equals(mine.lineage())
            && found.generation() == mine.generation())) {
      return;
    }
    throw new ConflictException(
        "the dataset "
            + store.root()
            + " was taken over: its writer is "
            + shown(found)
            + ", and this one is "
            + shown(mine)
            + newest(pointer)
            + "; nothing was announced; stop one of the two writers");
  }

  private void checkPredecessor(Announcement announcement, Optional<Pointer> pointer) {
    if (announcement.predecessor().isNewestOf(pointer)) {
      return;
    }
    String expected =
        announcement.predecessor() instanceof Predecessor.Version version
            ? "to follow the version of " + version.manifest().object()
            : "to be the first version";
    throw new ConflictException(
        "another writer was at the dataset "
            + store.root()
            + ": the snapshot of run "
            + announcement.runId()
            + " was "
            + expected
            + newest(pointer)
            + ", written by "
            + shown(pointer.map(Pointer::writer).orElse(null))
            + "; nothing was announced; run again to build on the newest version (a continuous job: with --base current, or "
            + "from its newest checkpoint), or with --takeover to replace it");
  }

  /** By the pointer that is replaced, so that it holds of what readers would lose. */
  private void checkRows(Announcement announcement, Optional<Pointer> pointer) {
    PointerEntry current = pointer.map(Pointer::current).orElse(null);
    if (current == null
        || current.rows() == 0
        || !announcement.isEmpty()
        || announcement.ifEmpty() == Announcement.IfEmpty.ANNOUNCE) {
      return;
    }
    throw new EmptySnapshotException(
        "the snapshot of run "
            + announcement.runId()
            + " has no rows, and the dataset "
            + store.root()
            + " serves version "
            + current.version()
            + " with "
            + (current.rowsExact() ? "" : "about ")
            + current.rows()
            + " rows, so readers would find nothing any more; nothing was announced; see whether the input is complete and"
            + " was read as it should be, or, where the dataset is meant to be empty, run again with --allow-empty (in a"
            + " job of your own, allowEmpty() of the sink)");
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

  private WriterIdentity identity(Announcement announcement, Optional<Pointer> pointer) {
    WriterIdentity mine = held;
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

  private PointerEntry entry(Announcement announcement, Optional<Pointer> pointer) {
    return new PointerEntry(
        pointer.map(Pointer::lastVersion).orElse(0L) + 1,
        announcement.manifest(),
        announcement.runId(),
        clock.instant(),
        announcement.rows(),
        announcement.rowsExact(),
        announcement.bytes(),
        pointer.map(Pointer::pin).isPresent() ? VersionStatus.HELD : VersionStatus.ANNOUNCED);
  }

  private static Pointer next(Optional<Pointer> before, PointerEntry entry, WriterIdentity writer) {
    List<PointerEntry> history = new ArrayList<>();
    history.add(entry);
    if (before.isEmpty()) {
      return new Pointer(entry.announcedAt(), entry.version(), entry, history, null, writer);
    }
    Pointer pointer = before.get();
    PointerEntry current = entry.status() == VersionStatus.HELD ? pointer.current() : entry;
    history.addAll(pointer.history());
    for (int i = history.size() - 1; history.size() > HISTORY; i--) {
      if (!history.get(i).equals(current)) {
        history.remove(i);
      }
    }
    return new Pointer(
        entry.announcedAt(), entry.version(), current, history, pointer.pin(), writer);
  }
}
