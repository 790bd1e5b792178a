package io.shardyfusion.shard;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Builds one shard's database from rows in ascending key order, the fast way: table files are written directly, then
 * taken into an empty RocksDB, which gives them their names and the MANIFEST that lists them. No row passes through a
 * memtable or a compaction. Not thread-safe. The caller deletes the directory in the end, whatever happened.
 */
public final class ShardBuilder implements AutoCloseable {

  /**
   * A builder of {@code shard} in {@code directory}, which is created and must not exist.
   *
   * @throws io.shardyfusion.StorageException if it cannot be created
   */
  public ShardBuilder(int shard, TableProfile profile, Path directory) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Appends a row. The buffers are direct, are read from position to limit, and can be used again after the call.
   *
   * @param key larger, in unsigned byte order, than the key before
   * @throws IllegalArgumentException if it is not
   * @throws io.shardyfusion.StorageException if the file could not be written, for example on a full disk
   */
  public void add(ByteBuffer key, ByteBuffer value) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Completes the database and describes it. Nothing can be added after. */
  public ShardImage finish() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Releases native memory and open files; deletes nothing. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("not yet");
  }
}
