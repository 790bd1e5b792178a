package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.RowIterator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the rows of one shard in the order of their stored keys; before the first one when
 * it is made. It stays on its version of the dataset, and keeps that open until it is closed.
 *
 * <pre>{@code
 * try (ShardCursor cursor = reader.scan(0)) {
 *   while (cursor.next()) {
 *     use(cursor.key(), cursor.value());
 *   }
 * }
 * }</pre>
 *
 * <p>For one thread at a time; a mistake there can give mixed rows, but no crash, and {@link
 * #close()} may come from any thread. After it, and after the reader was closed, every other method
 * throws {@link ClosedException}.
 */
public final class ShardCursor implements AutoCloseable {

  private final Snapshot snapshot;
  private final LazyShard shard;
  private final OpenShard open;
  private final StoredRange range;
  private final RowIterator rows;
  private final AtomicBoolean pinned = new AtomicBoolean(true);

  /** Where the cursor is; guarded by this. */
  private Place place = Place.BEFORE_FIRST;

  /** The stored key of the row it is on, or null if it is on none; guarded by this. */
  private byte @Nullable [] storedKey;

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

  /**
   * Moves to the next row, if there is one. After the last row it stays there.
   *
   * @return whether it is on a row
   * @throws DataDamagedException if the shard's files are damaged; a scan begun anew may read
   *     repaired ones
   */
  public synchronized boolean next() {
    checkOpen();
    if (place == Place.AFTER_LAST) {
      return false;
    }
    try {
      advance();
    } catch (DataDamagedException e) {
      storedKey = null;
      shard.repairable(open, e);
      throw e;
    }
    return place == Place.WITHIN;
  }

  /**
   * The key of the row: a {@link Long}, {@link String} or {@code byte[]} by the dataset's key type.
   *
   * @throws InvalidRequestException if the cursor is on no row
   * @throws DataDamagedException if the stored bytes are no key of the dataset's encoding
   */
  public synchronized Object key() {
    byte[] stored = row().clone();
    KeyEncoding encoding = snapshot.encoding();
    try {
      return encoding.decode(stored);
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

  /**
   * The value of the row: a new array.
   *
   * @throws InvalidRequestException if the cursor is on no row
   */
  public synchronized byte[] value() {
    row();
    return rows.value();
  }

  /** The shard that is scanned. */
  public ShardEntry shard() {
    return shard.entry();
  }

  /** Releases the cursor, and its hold on the version. Idempotent. */
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
      throw new InvalidRequestException(
          "the cursor is on no row; call next() first, and go on only if it is true");
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
