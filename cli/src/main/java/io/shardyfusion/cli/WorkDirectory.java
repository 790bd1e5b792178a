package io.shardyfusion.cli;

import io.shardyfusion.StorageException;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory for the files of one command, which is deleted when it is closed, when the process is
 * told to end, or, if it is killed, by the next command.
 */
final class WorkDirectory implements AutoCloseable {

  private final TemporaryDirectory directory;

  /**
   * A new directory.
   *
   * @param parent where, created if need be; null for the system's temporary directory
   */
  WorkDirectory(@Nullable Path parent) {
    try {
      directory =
          parent == null ? TemporaryDirectory.create() : TemporaryDirectory.createIn(parent);
    } catch (StorageException e) {
      throw new StorageException(e.getMessage() + "; or choose another with --cache", e);
    }
  }

  Path path() {
    return directory.path();
  }

  /** Creates {@code directory}. */
  static void create(Path directory) {
    try {
      Files.createDirectory(directory);
    } catch (IOException e) {
      throw new StorageException("the local directory could not be created: " + e, e);
    }
  }

  /** Deletes a file, or a directory with all that is in it; nothing if there is none. */
  static void delete(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(root)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new StorageException("the local files in " + root + " could not be deleted: " + e, e);
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
