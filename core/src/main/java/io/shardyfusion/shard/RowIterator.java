package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A cursor over a shard's rows in ascending unsigned order of their stored keys. Not thread-safe.
 */
public final class RowIterator implements AutoCloseable {

  private final ShardDatabase database;
  private final ReadOptions options;
  private final @Nullable Slice end;
  private final RocksIterator iterator;
  private boolean valid;
  private boolean closed;

  /**
   * Takes over what it is given; the cursor is on no row yet.
   *
   * @param end the upper bound in {@code options}, which RocksDB reads there; null if it has none
   */
  RowIterator(
      ShardDatabase database, ReadOptions options, @Nullable Slice end, RocksIterator iterator) {
    this.database = database;
    this.options = options;
    this.end = end;
    this.iterator = iterator;
  }

  /**
   * Moves to the first row.
   *
   * @throws io.shardyfusion.DataDamagedException if a block cannot be read
   */
  public void seekToFirst() {
    checkOpen();
    iterator.seekToFirst();
    moved();
  }

  /**
   * Moves to the first row whose stored key is not smaller than {@code storedKey}.
   *
   * @throws io.shardyfusion.DataDamagedException if a block cannot be read
   */
  public void seek(byte[] storedKey) {
    checkOpen();
    iterator.seek(storedKey);
    moved();
  }

  /** Returns whether the cursor is on a row. */
  public boolean isValid() {
    return valid;
  }

  /**
   * The stored key of this row: a new array.
   *
   * @throws NoSuchElementException if the cursor is not on a row
   */
  public byte[] key() {
    checkValid();
    return iterator.key();
  }

  /**
   * The value of this row: a new array.
   *
   * @throws NoSuchElementException if the cursor is not on a row
   */
  public byte[] value() {
    checkValid();
    return iterator.value();
  }

  /**
   * Moves to the next row.
   *
   * @throws NoSuchElementException if the cursor is not on a row
   * @throws io.shardyfusion.DataDamagedException if a block cannot be read
   */
  public void next() {
    checkValid();
    iterator.next();
    moved();
  }

  /** Releases the cursor. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    valid = false;
    iterator.close();
    options.close();
    if (end != null) {
      end.close();
    }
    database.iteratorClosed();
  }

  private void moved() {
    valid = iterator.isValid();
    if (!valid) {
      try {
        iterator.status();
      } catch (RocksDBException e) {
        throw database.failure(e);
      }
    }
  }

  private void checkValid() {
    checkOpen();
    if (!valid) {
      throw new NoSuchElementException("the cursor is behind the last row; check isValid() first");
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("the row iterator is closed");
    }
  }
}
