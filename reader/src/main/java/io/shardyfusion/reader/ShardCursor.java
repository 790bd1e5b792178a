package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.RowIterator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A cursor over the rows of one shard in the order of their stored keys. */
final class ShardCursor implements RowCursor {

  private final Snapshot snapshot;
  private final LazyShard shard;
  private final OpenShard open;
  private final StoredRange range;
  private final RowIterator rows;
  private final AtomicBoolean pinned = new AtomicBoolean(true);

  /** The cursor's place; guarded by this. */
  private Place place = Place.BEFORE_FIRST;

  /** The stored key of the row it is on, or null if it is on none; guarded by this. */
  private byte @Nullable [] storedKey;

  /** The damage that {@link #next} found, and throws each time again; guarded by this. */
  private @Nullable DataDamagedException failure;

  private enum Place {
    BEFORE_FIRST,
    WITHIN,
    AFTER_LAST,
    RELEASED
  }

  /**
   * A cursor that owns a new iterator, and takes the caller's pin over.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  ShardCursor(Snapshot snapshot, LazyShard shard, OpenShard open, StoredRange range) {
    this.snapshot = snapshot;
    this.shard = shard;
    this.open = open;
    this.range = range;
    this.rows = open.database().iterateFrom(range.lower());
  }

  @Override
  public synchronized boolean next() {
    checkOpen();
    if (place == Place.AFTER_LAST) {
      return false;
    }
    if (failure != null) {
      throw failure;
    }
    try {
      advance();
    } catch (DataDamagedException e) {
      failure = e;
      storedKey = null;
      shard.repairable(open, e);
      throw e;
    }
    return place == Place.WITHIN;
  }

  /** The stored key of the row that it is on. Not a copy. */
  synchronized byte[] storedKey() {
    return row();
  }

  @Override
  public synchronized Object key() {
    byte[] stored = row();
    KeyEncoding encoding = snapshot.encoding();
    try {
      return encoding.decode(stored).value();
    } catch (InvalidRequestException e) {
      throw new DataDamagedException(
          "shard "
              + shard.entry().shard()
              + " of "
              + snapshot
              + " holds a row without a key: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public synchronized byte[] value() {
    row();
    return rows.value();
  }

  /** The shard that is scanned, also while it is on no row. */
  @Override
  public ShardEntry shard() {
    return shard.entry();
  }

  @Override
  public void close() {
    release();
    // Outside the lock: with the last pin the snapshot goes, which releases cursors.
    if (pinned.getAndSet(false)) {
      snapshot.unpin(this);
    }
  }

  /** Closes the iterator, when nobody is inside. Idempotent. */
  synchronized void release() {
    if (place != Place.RELEASED) {
      place = Place.RELEASED;
      storedKey = null;
      rows.close();
    }
  }

  private void advance() {
    if (place == Place.WITHIN) {
      rows.next();
    }
    storedKey = rows.isValid() ? rows.key() : null;
    if (storedKey != null && !range.endsAfter(storedKey)) {
      storedKey = null;
    }
    place = storedKey == null ? Place.AFTER_LAST : Place.WITHIN;
  }

  private byte[] row() {
    checkOpen();
    byte[] stored = storedKey;
    if (stored == null) {
      throw CombinedCursor.onNoRow();
    }
    return stored;
  }

  private void checkOpen() {
    if (place == Place.RELEASED) {
      throw new ClosedException(
          "this cursor over " + snapshot + " was closed, or its reader was; open another");
    }
  }
}
