package io.shardyfusion.shard;

import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A shard's database, open for reading. Lookups are thread-safe; {@link #close()} must come after the last of them,
 * iterators included: whoever shares an instance counts its users.
 */
public final class ShardDatabase implements AutoCloseable {

  /**
   * Lays the database out in {@code directory} and opens it.
   *
   * @param directory is created, and belongs to this instance until it is closed; the caller deletes it then
   * @param tableFile where a verified copy of a table file lies; it is linked into the directory, copied where the file
   *     system has no links
   * @throws io.shardyfusion.DataDamagedException if RocksDB refuses the files
   */
  public static ShardDatabase open(
      Path directory, ShardDescriptor descriptor, Function<TableFile, Path> tableFile, ReadResources resources) {
    throw new UnsupportedOperationException("not yet");
  }

  /** The value of a stored key, or null if there is none. */
  public byte @Nullable [] get(byte[] storedKey) {
    throw new UnsupportedOperationException("not yet");
  }

  /** The values of stored keys, in their order; null where there is none. */
  public List<byte @Nullable []> multiGet(List<byte[]> storedKeys) {
    throw new UnsupportedOperationException("not yet");
  }

  /** An iterator in ascending unsigned order of the stored keys, at the first one. The caller closes it. */
  public RowIterator iterate() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Looks the descriptor's sampled keys up; the first one whose value differs is a {@code DataDamagedException}. */
  public void selfCheck() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Closes the database. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("not yet");
  }
}
