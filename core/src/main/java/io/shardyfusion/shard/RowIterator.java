package io.shardyfusion.shard;

/** A cursor over a shard's rows in ascending unsigned order of their stored keys. Not thread-safe. */
public final class RowIterator implements AutoCloseable {

  /** Moves to the first row whose stored key is not smaller than {@code storedKey}. */
  public void seek(byte[] storedKey) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Whether the cursor is on a row. */
  public boolean isValid() {
    throw new UnsupportedOperationException("not yet");
  }

  /** The stored key of this row: a new array. */
  public byte[] key() {
    throw new UnsupportedOperationException("not yet");
  }

  /** The value of this row: a new array. */
  public byte[] value() {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Moves to the next row.
   *
   * @throws io.shardyfusion.DataDamagedException if a block cannot be read
   */
  public void next() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Releases the cursor. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("not yet");
  }
}
