package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cursor over the rows of several shards, one shard after the other. */
final class ShardByShardCursor implements RowCursor {

  private final Snapshot snapshot;
  private final StoredRange range;

  /** The shards that it has not come to; guarded by this. */
  private final Iterator<Integer> shards;

  /** In the shard where it is; null before the first and after the last; guarded by this. */
  private @Nullable ShardCursor current;

  /** The shard that could not be opened, to be tried again; guarded by this. */
  private @Nullable Integer pending;

  /** Guarded by this. */
  private boolean closed;

  /** A cursor over {@code shards}, which takes the caller's pin over. Opens none yet. */
  ShardByShardCursor(Snapshot snapshot, List<Integer> shards, StoredRange range) {
    this.snapshot = snapshot;
    this.shards = shards.iterator();
    this.range = range;
  }

  @Override
  public synchronized boolean next() {
    requireOpen();
    while (true) {
      ShardCursor here = current;
      if (here != null) {
        if (here.next()) {
          return true;
        }
        here.close();
        current = null;
      }
      if (pending == null && !shards.hasNext()) {
        return false;
      }
      Integer shard = pending != null ? pending : shards.next();
      pending = shard;
      current = snapshot.scan(shard, range);
      pending = null;
    }
  }

  @Override
  public synchronized Object key() {
    return row().key();
  }

  @Override
  public synchronized byte[] value() {
    return row().value();
  }

  @Override
  public synchronized ShardEntry shard() {
    return row().shard();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (current != null) {
        current.close();
      }
    }
    // Outside the lock: with the last pin the snapshot goes, which may wait for others.
    snapshot.unpin();
  }

  private ShardCursor row() {
    requireOpen();
    if (current == null) {
      throw onNoRow();
    }
    return current;
  }

  private void requireOpen() {
    requireOpen(closed, snapshot);
  }

  static void requireOpen(boolean closed, Snapshot snapshot) {
    if (closed) {
      throw new ClosedException(
          "this cursor over " + snapshot + " was closed, or its reader was; open another");
    }
    snapshot.requireOpen();
  }

  static InvalidRequestException onNoRow() {
    return new InvalidRequestException(
        "the cursor is on no row; call next() first, and go on only if it is true");
  }
}
