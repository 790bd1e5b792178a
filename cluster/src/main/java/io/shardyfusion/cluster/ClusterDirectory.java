package io.shardyfusion.cluster;

import io.shardyfusion.cluster.flink.FlinkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one cluster.
 *
 * @param root holds them all
 */
record ClusterDirectory(Path root) {

  /** The file that says of a directory that it is a cluster's, to overwrite and to delete. */
  static final String MARKER = ".shardyfusion-cluster";

  private static final String MARKED =
      "bin/cluster made this directory, overwrites it and, told to, deletes it.\n";

  ClusterDirectory {
    root = root.toAbsolutePath().normalize();
  }

  /** The one that is used where none is named. */
  static ClusterDirectory standard() {
    return new ClusterDirectory(FlinkSettings.root().resolve("target/cluster"));
  }

  /** The file that says which the processes are, and where; written by the supervisor. */
  Path state() {
    return root.resolve("state.json");
  }

  /** A file for each process. */
  Path logs() {
    return root.resolve("log");
  }

  /** The S3 server's storage: a directory for each bucket. It outlives the processes. */
  Path buckets() {
    return root.resolve("s3");
  }

  /** The directory where Flink looks for plugins. */
  Path plugins() {
    return root.resolve("plugins");
  }

  /** Scratch files of the processes. */
  Path temporary() {
    return root.resolve("tmp");
  }

  /**
   * Makes this directory a cluster's, unless it is one.
   *
   * @throws ClusterException if it has files of something else, or cannot be made
   */
  void claim() {
    if (isClusters()) {
      return;
    }
    try {
      List<String> found = entries();
      if (!found.isEmpty()) {
        throw ClusterException.usage(
            "the directory "
                + root
                + " has files that are not a cluster's, which would be overwritten: expected the"
                + " file "
                + MARKER
                + ", or nothing, found "
                + shortened(found)
                + "; name another by --dir or SHARDY_CLUSTER_DIR, or delete this one");
      }
      if (!Files.isDirectory(root)) {
        Files.createDirectories(root);
      }
      Files.writeString(root.resolve(MARKER), MARKED);
    } catch (IOException e) {
      throw ClusterException.usage(
          "no cluster can be in "
              + root
              + ": expected a directory, or a place for one, found "
              + (Files.isRegularFile(root) ? "a file" : e)
              + "; name another by --dir or SHARDY_CLUSTER_DIR, or delete this one");
    }
  }

  /**
   * Checks that it may be deleted.
   *
   * @throws ClusterException if it is there, and not a cluster's
   */
  void requireDeletable() throws IOException {
    if (Files.exists(root) && !isClusters()) {
      throw ClusterException.usage(
          root
              + " is not a cluster's, and was not deleted: expected the file "
              + MARKER
              + " there, found "
              + (Files.isDirectory(root) ? shortened(entries()) : "no directory")
              + "; name the cluster's by --dir or SHARDY_CLUSTER_DIR, or delete this yourself");
    }
  }

  private boolean isClusters() {
    return Files.isRegularFile(root.resolve(MARKER));
  }

  private List<String> entries() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static String shortened(List<String> names) {
    return names.isEmpty()
        ? "nothing"
        : names.get(0) + (names.size() == 1 ? "" : " and " + (names.size() - 1) + " more");
  }

  /** Returns whether a supervisor lives here. */
  boolean inUse() {
    if (!Files.isRegularFile(lockFile())) {
      return false;
    }
    try (FileChannel channel = open()) {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        return true;
      }
      lock.release();
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Holds the directory until this process ends; null if another one does. */
  @Nullable FileLock acquire() throws IOException {
    FileChannel channel = open();
    FileLock lock = tryLock(channel);
    if (lock == null) {
      channel.close();
    }
    return lock;
  }

  /** Deletes what is below {@code path}, and itself, if it is there. */
  static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try {
      List<Path> parentsFirst;
      try (Stream<Path> paths = Files.walk(path)) {
        parentsFirst = new ArrayList<>(paths.toList());
      }
      Path marker = path.resolve(MARKER);
      if (parentsFirst.remove(marker)) {
        // The last but the directory itself: what cannot be deleted now can be later.
        parentsFirst.add(1, marker);
      }
      for (int i = parentsFirst.size() - 1; i >= 0; i--) {
        Files.deleteIfExists(parentsFirst.get(i));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path lockFile() {
    return root.resolve("lock");
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }
}
