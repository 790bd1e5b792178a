package io.shardyfusion.pointer;

import io.shardyfusion.ConflictException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.store.ObjectStore;
import java.net.URI;
import java.time.Clock;
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
  public static final int HISTORY = History.ENTRIES;

  private final URI root;
  private final PointerSwap swap;
  private final Clock clock;
  private final Announcement.IfEmpty ifEmpty;
  private @Nullable WriterIdentity held;

  /**
   * For the dataset at the root of {@code store}. Refuses to replace a snapshot that has rows with
   * one that has none.
   *
   * @param clock gives the times of announcements
   */
  public Announcer(ObjectStore store, Clock clock) {
    this(store, clock, Announcement.IfEmpty.REFUSE);
  }

  /**
   * For the dataset at the root of {@code store}.
   *
   * @param clock gives the times of announcements
   * @param ifEmpty whether a snapshot without rows may replace one that has some
   */
  public Announcer(ObjectStore store, Clock clock, Announcement.IfEmpty ifEmpty) {
    this(store, clock, ifEmpty, PointerSwap.BACKOFF);
  }

  /**
   * For the dataset at the root of {@code store}.
   *
   * @param clock gives the times of announcements
   * @param ifEmpty whether a snapshot without rows may replace one that has some
   * @param backoff the time to wait before another attempt
   */
  Announcer(ObjectStore store, Clock clock, Announcement.IfEmpty ifEmpty, BackoffStrategy backoff) {
    this.root = store.root();
    this.swap = new PointerSwap(store, backoff);
    this.clock = clock;
    this.ifEmpty = ifEmpty;
  }

  /**
   * Gives a stored snapshot a version and makes it the one to serve; under a pin it joins the
   * history as held. An ambiguous answer of the store is resolved by reading the pointer again,
   * after a pause that grows from attempt to attempt.
   *
   * @throws ConflictException if another writer has the dataset; the message says who
   * @throws EmptySnapshotException if the snapshot has no rows, the current version has some, and
   *     this announcer does not announce such a one
   * @throws StorageException if the store failed; the pointer is as it was, or has this
   *     announcement
   */
  public PointerEntry announce(Announcement announcement) {
    return announce(announcement, Gate.OPEN);
  }

  /**
   * {@linkplain #announce(Announcement) Announces} a snapshot unless {@code gate} holds it: then it
   * joins the history as held by a validator, with the reasons, and what is served stays.
   *
   * @return the entry, which says whether it is held
   * @throws ConflictException as without a gate
   * @throws EmptySnapshotException as without a gate
   * @throws StorageException as without a gate
   */
  public PointerEntry announce(Announcement announcement, Gate gate) {
    EditOutcome outcome =
        swap.apply(new AnnouncementEdit(root, clock, announcement, ifEmpty, gate, held));
    Pointer pointer = outcome.orThrow();
    // A version that was read back, or was there, may be the work of another attempt of the
    // lineage.
    if (outcome instanceof EditOutcome.Replaced replaced
        && replaced.proof() == EditOutcome.Proof.ANSWERED) {
      held = pointer.writer();
    }
    return AnnouncementEdit.find(pointer, announcement.manifest()).orElseThrow();
  }
}
