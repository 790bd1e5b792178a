package io.shardyfusion.shard.rocksdb;

import java.nio.ByteBuffer;

/**
 * Keys in direct buffers, one for each thread: RocksDB takes no array for the key where it writes
 * the value into a buffer. A thread's buffer grows to the longest key it has looked up.
 */
public final class DirectKey {

  private static final int INITIAL_BYTES = 256;

  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(INITIAL_BYTES));

  private DirectKey() {}

  /** A buffer that holds {@code key}, until the thread's next call. */
  public static ByteBuffer of(byte[] key) {
    ByteBuffer buffer = BUFFER.get();
    if (buffer.capacity() < key.length) {
      buffer = ByteBuffer.allocateDirect(Integer.highestOneBit(key.length) * 2);
      BUFFER.set(buffer);
    }
    return buffer.clear().put(key).flip();
  }
}
