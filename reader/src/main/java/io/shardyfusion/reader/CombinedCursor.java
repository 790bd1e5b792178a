package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import org.jspecify.annotations.Nullable;

/** A cursor over several shards, by their own cursors: it is on the row that one of them is on. */
abstract sealed class CombinedCursor implements RowCursor permits ShardByShardCursor, MergedCursor {

  /** The snapshot that is scanned. */
  final Snapshot snapshot;

  /** The cursor whose row this one is on; null if it is on none; guarded by this. */
  @Nullable ShardCursor current;

  /** Guarded by this. */
  private boolean closed;

  /** A cursor that takes the caller's pin over. */
  CombinedCursor(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  /** Moves {@link #current} to the next row; called under the lock. */
  abstract boolean advance();

  /** Closes the shards' cursors; called once, under the lock. */
  abstract void closeCursors();

  @Override
  public final synchronized boolean next() {
    requireOpen();
    return advance();
  }

  @Override
  public final synchronized Object key() {
    return row().key();
  }

  @Override
  public final synchronized byte[] value() {
    return row().value();
  }

  @Override
  public final synchronized ShardEntry shard() {
    return row().shard();
  }

  @Override
  public final void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      closeCursors();
    }
    // Outside the lock: with the last pin the snapshot goes, which may wait for others.
    snapshot.unpin();
  }

  private ShardCursor row() {
    requireOpen();
    ShardCursor here = current;
    if (here == null) {
      throw onNoRow();
    }
    return here;
  }

  /** The exception for a cursor that is asked for a row while it is on none. */
  static InvalidRequestException onNoRow() {
    return new InvalidRequestException(
        "the cursor is on no row; call next() first, and go on only if it is true");
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException(
          "this cursor over " + snapshot + " was closed, or its reader was; open another");
    }
    snapshot.requireOpen();
  }
}
