package io.shardyfusion.cli;

import io.shardyfusion.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A temporary directory that is deleted when it is closed, or when the process is told to end. */
final class WorkDirectory implements AutoCloseable {

  private final Path path;
  private final Thread atExit;

  /**
   * A new directory.
   *
   * @param parent where, created if need be; null for the system's temporary directory
   */
  WorkDirectory(@Nullable Path parent) {
    try {
      if (parent != null) {
        Files.createDirectories(parent);
      }
      path =
          parent == null
              ? Files.createTempDirectory("shardy-")
              : Files.createTempDirectory(parent, "shardy-");
    } catch (IOException e) {
      throw new StorageException(
          "a temporary directory could not be created: " + e + "; choose another with --cache", e);
    }
    atExit = new Thread(() -> delete(path), "shardy-work-directory");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  Path path() {
    return path;
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
    Runtime.getRuntime().removeShutdownHook(atExit);
    delete(path);
  }
}
