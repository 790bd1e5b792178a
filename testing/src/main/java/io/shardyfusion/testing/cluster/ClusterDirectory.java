package io.shardyfusion.testing.cluster;

import io.shardyfusion.testing.flink.FlinkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one cluster.
 *
 * @param root holds them all
 */
record ClusterDirectory(Path root) {

  ClusterDirectory {
    root = root.toAbsolutePath().normalize();
  }

  /** The one that is used where none is named. */
  static ClusterDirectory standard() {
    return new ClusterDirectory(FlinkSettings.root().resolve("target/cluster"));
  }

  /** Who and where the processes are; written by the supervisor. */
  Path state() {
    return root.resolve("state.json");
  }

  /** A file for each process. */
  Path logs() {
    return root.resolve("log");
  }

  /** What the S3 server stores: a directory for each bucket. It outlives the processes. */
  Path buckets() {
    return root.resolve("s3");
  }

  /** Where Flink looks for plugins. */
  Path plugins() {
    return root.resolve("plugins");
  }

  /** Scratch files of the processes. */
  Path temporary() {
    return root.resolve("tmp");
  }

  /** Whether a supervisor lives here. */
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
        parentsFirst = paths.toList();
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
