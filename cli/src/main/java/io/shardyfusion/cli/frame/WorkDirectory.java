package io.shardyfusion.cli.frame;

import io.shardyfusion.StorageException;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory for the files of one command, which is deleted when it is closed, when the process is
 * told to end, or, if it is killed, by the next command.
 */
public final class WorkDirectory implements AutoCloseable {

  private final TemporaryDirectory directory;

  /**
   * A new directory.
   *
   * @param parent where, created if need be; null for the system's temporary directory
   */
  public WorkDirectory(@Nullable Path parent) {
    try {
      directory =
          parent == null ? TemporaryDirectory.create() : TemporaryDirectory.createIn(parent);
    } catch (StorageException e) {
      throw new StorageException(e.getMessage() + "; or choose another with --cache", e);
    }
  }

  public Path path() {
    return directory.path();
  }

  @Override
  public void close() {
    directory.close();
  }
}
