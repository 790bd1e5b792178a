package io.shardyfusion.reader;

import io.shardyfusion.StorageException;
import io.shardyfusion.shard.ShardDatabase;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A shard's database with the directory that was laid out for it.
 *
 * @param database is open
 * @param directory is deleted with it
 */
record OpenShard(ShardDatabase database, Path directory) implements AutoCloseable {

  /** Closes the database, which nobody may use any more, and deletes the directory. Idempotent. */
  @Override
  public void close() {
    try {
      database.close();
    } finally {
      try {
        OwnDirectory.deleteRecursively(directory);
      } catch (IOException e) {
        throw new StorageException(
            "the directory " + directory + " could not be deleted: " + e + "; delete it", e);
      }
    }
  }
}
