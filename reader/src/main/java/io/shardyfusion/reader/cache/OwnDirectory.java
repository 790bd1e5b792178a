package io.shardyfusion.reader.cache;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one reader in a cache that many share, with a lock that tells other processes
 * that its owner lives. It holds half-done downloads, the databases that are open, and the names of
 * the versions that the reader needs. Thread-safe.
 *
 * <p>The directory {@code <name>} belongs to whoever holds the lock on the file {@code
 * <name>.lock}. The operating system drops the lock of a process that dies, so a lock that can be
 * had marks a directory that can be removed.
 *
 * <p>The name begins with the process (its id and its start time, as ids come again, in containers
 * above all). That is not only for people: on POSIX systems a process that closes <i>any</i>
 * channel on a file loses its locks on it, so a process must never so much as open the lock files
 * of its own readers, and it knows them by name.
 *
 * <p>If somebody deletes the cache, the lock goes with it. Then the next use makes another
 * directory, under another name, with a lock of its own.
 */
final class OwnDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OwnDirectory.class);

  private static final String LOCK_SUFFIX = ".lock";
  private static final int MAX_ATTEMPTS = 100;

  private final Path parent;
  private final AtomicLong names = new AtomicLong();

  /** The number of holders of each version; guarded by this. */
  private final Map<String, Integer> holds = new HashMap<>();

  /** The directories that were lost, which may have come again since; guarded by this. */
  private final List<Owned> lost = new ArrayList<>();

  private Owned owned;
  private boolean closed;

  private OwnDirectory(Path parent, Owned owned) {
    this.parent = parent;
    this.owned = owned;
  }

  private record Owned(Path directory, Path lockFile, FileChannel lockChannel) {

    void delete() throws IOException {
      try (lockChannel) {
        DirectoryTree.delete(directory);
        Files.deleteIfExists(lockFile);
      }
    }
  }

  /**
   * Creates a directory of its own in {@code parent}, which is created if need be.
   *
   * @throws StorageException if it could not be created or locked
   */
  static OwnDirectory create(Path parent) {
    return new OwnDirectory(parent, createOwned(parent));
  }

  private static Owned createOwned(Path parent) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      String name = process() + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
      Path lockFile = parent.resolve(name + LOCK_SUFFIX);
      FileChannel lockChannel = null;
      try {
        Files.createDirectories(parent);
        lockChannel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        // Between the two steps another process may take the file for a dead one's, and delete it:
        // then the lock is on a file that nobody else sees.
        if (lockChannel.tryLock() != null && Files.exists(lockFile)) {
          Path directory = Files.createDirectory(parent.resolve(name));
          return new Owned(directory, lockFile, lockChannel);
        }
        lockChannel.close();
      } catch (IOException e) {
        closeQuietly(lockChannel, e);
        throw new StorageException(
            "the cache directory "
                + parent.getParent()
                + " cannot be used: "
                + FileFailure.reason(e, "choose another"),
            e);
      }
    }
    throw new StorageException(
        "the cache directory "
            + parent.getParent()
            + " cannot be used: other processes remove what is created there");
  }

  /**
   * A path in the directory, which is there again if somebody deleted it, at which there is nothing
   * yet.
   */
  synchronized Path newPath(String prefix) {
    Path directory = present().directory();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StorageException(
          "the directory " + directory + " cannot be used: " + FileFailure.reason(e), e);
    }
    return directory.resolve(prefix + "-" + names.getAndIncrement());
  }

  /** Notes, for all processes to see, that this reader needs the version of that name. */
  synchronized void hold(String name) {
    Owned current = present();
    if (!holds.containsKey(name)) {
      mark(current, name);
    }
    holds.merge(name, 1, Integer::sum);
  }

  /** Takes back one {@link #hold}; with the last one the version is not needed any more. */
  synchronized void release(String name) {
    Integer left = holds.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    if (left != null || closed) {
      return;
    }
    Path mark = owned.directory().resolve(CacheLayout.HOLDS).resolve(name);
    try {
      Files.deleteIfExists(mark);
    } catch (IOException e) {
      LOG.warn("event=cache_release_failed hold={} error=\"{}\"", mark, e.toString());
    }
  }

  /** Deletes the directory, then gives the lock up. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Owned> all = new ArrayList<>(lost);
    all.add(owned);
    List<AutoCloseable> deletions = new ArrayList<>();
    all.forEach(o -> deletions.add(() -> delete(o)));
    Cleanup.all(deletions);
  }

  private static void delete(Owned owned) {
    try {
      owned.delete();
    } catch (IOException e) {
      throw new StorageException(
          "the directory "
              + owned.directory()
              + " could not be deleted: "
              + FileFailure.reason(e, "delete it"),
          e);
    }
  }

  /** The owned directory, which was still there a moment ago. */
  private Owned present() {
    if (closed) {
      throw new ClosedException("the cache " + parent.getParent() + " is closed; open another");
    }
    if (!Files.exists(owned.lockFile())) {
      LOG.warn("event=cache_deleted directory={}", owned.directory());
      Owned next = createOwned(parent);
      lost.add(owned);
      owned = next;
      holds.keySet().forEach(name -> mark(next, name));
    }
    return owned;
  }

  private static void mark(Owned owned, String name) {
    Path directory = owned.directory().resolve(CacheLayout.HOLDS);
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(name), new byte[0]);
    } catch (IOException e) {
      throw new StorageException(
          "the directory " + directory + " cannot be used: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Removes the directories of processes that have died. What cannot be removed is left for the
   * next time.
   */
  static void removeDead(Path parent) {
    String mine = process();
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, "*" + LOCK_SUFFIX)) {
      for (Path lockFile : locks) {
        if (!lockFile.getFileName().toString().startsWith(mine)) {
          removeIfDead(lockFile);
        }
      }
    } catch (IOException e) {
      LOG.warn("event=cache_sweep_failed directory={} error=\"{}\"", parent, e.toString());
    }
  }

  private static void removeIfDead(Path lockFile) {
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        String name = lockFile.getFileName().toString();
        Path directory =
            lockFile.resolveSibling(name.substring(0, name.length() - LOCK_SUFFIX.length()));
        DirectoryTree.delete(directory);
        Files.deleteIfExists(lockFile);
        LOG.info("event=cache_swept directory={}", directory);
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      LOG.debug("event=cache_sweep_skipped lock={} reason=\"another reader is at it\"", lockFile);
    } catch (IOException e) {
      LOG.warn("event=cache_sweep_failed lock={} error=\"{}\"", lockFile, e.toString());
    }
  }

  /** The prefix of the names of this process's directories. */
  private static String process() {
    ProcessHandle process = ProcessHandle.current();
    long started = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return process.pid() + "-" + started + "-";
  }

  private static void closeQuietly(@Nullable FileChannel channel, IOException cause) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }
}
