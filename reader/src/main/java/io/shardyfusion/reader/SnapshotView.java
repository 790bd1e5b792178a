package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import org.jspecify.annotations.Nullable;

/**
 * A view of one version of a dataset, which it keeps open until it is closed, whatever is refreshed
 * meanwhile: all lookups through it see the same snapshot.
 *
 * <p>It costs a few microseconds to make, and the files and memory of its version for as long as it
 * is open. One that is lost without having been closed is closed after the garbage collector found
 * it, and a warning says where it was made. It ends with its reader.
 */
public final class SnapshotView extends SnapshotLookups implements AutoCloseable {

  final Snapshot snapshot;
  private final ViewLease lease;

  /** A view that takes the caller's pin over. */
  SnapshotView(Snapshot snapshot, LookupPool pool, @Nullable LookupThrottle throttle) {
    super(pool, throttle);
    this.snapshot = snapshot;
    this.lease = ViewLease.of(this, "view", snapshot, snapshot::unpin);
  }

  /** Lets the version go. Cursors of this view stay open. Idempotent. */
  @Override
  public void close() {
    lease.end();
  }

  @Override
  Snapshot asked() {
    if (lease.ended()) {
      throw new ClosedException("this view of " + snapshot + " is closed; make another");
    }
    return snapshot;
  }

  @Override
  Snapshot askedAfter(Snapshot refused, ClosedException refusal) {
    throw refusal;
  }
}
