package io.shardyfusion.reader;

import io.shardyfusion.StorageException;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.machine.FileFailure;
import io.shardyfusion.shard.ShardDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A shard's database with the directory that was laid out for it. Two are never equal. */
final class OpenShard implements AutoCloseable {

  private final ShardDatabase database;
  private final Path directory;

  /**
   * Takes both over.
   *
   * @param database is open
   * @param directory is deleted with it
   */
  OpenShard(ShardDatabase database, Path directory) {
    this.database = database;
    this.directory = directory;
  }

  /** The open database. */
  ShardDatabase database() {
    return database;
  }

  /**
   * Closes the database, which nobody may use any more, and deletes the directory. Idempotent.
   *
   * @throws StorageException if the directory could not be deleted
   */
  @Override
  public void close() {
    Cleanup.all(List.<AutoCloseable>of(database, this::deleteDirectory));
  }

  private void deleteDirectory() {
    try {
      DirectoryTree.delete(directory);
    } catch (IOException e) {
      throw new StorageException(
          "the directory "
              + directory
              + " could not be deleted: "
              + FileFailure.reason(e, "delete it"),
          e);
    }
  }
}
