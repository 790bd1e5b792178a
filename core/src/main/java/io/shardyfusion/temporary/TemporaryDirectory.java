package io.shardyfusion.temporary;

import io.shardyfusion.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory below a temporary one, for this user alone, which is there until it is closed or the
 * process ends. Thread-safe.
 *
 * <p>Its file {@code lock} is locked as long as the process lives. A process that is killed leaves
 * its directory, but the operating system drops the lock: the next one that is created beside it
 * removes those of this user whose lock is free, and no others. Where the lock cannot tell, as on a
 * file system without locks, or because somebody has deleted the file, a directory is one that was
 * left if its process is not there and nothing in it has changed for a day: a process of another
 * container is not seen from here.
 *
 * <p>The name begins with the process (its id and its start time, as ids come again, in containers
 * above all): on POSIX systems a process that closes <i>any</i> channel on a file loses its locks
 * on it, so a process must never so much as open its own lock files, and knows them by name.
 */
public final class TemporaryDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TemporaryDirectory.class);

  /** The prefix of the names of all of them. */
  static final String PREFIX = "shardyfusion-tmp-";

  /** The name of the file that is locked. */
  static final String LOCK = "lock";

  private static final int MAX_ATTEMPTS = 100;

  /** The name's process: its id and when it started. */
  private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]{1,18})-([0-9]{1,18})-.*");

  /** The start of a process moves that much when the clock of the machine is set right. */
  private static final long START_TOLERANCE_MILLIS = 60_000;

  /** Without a lock, what is younger is in use. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  private final Path path;
  private final @Nullable FileChannel lock;
  private final Runnable end;
  private final Thread atExit;
  private boolean closed;

  private TemporaryDirectory(Path path, @Nullable FileChannel lock, Runnable end) {
    this.path = path;
    this.lock = lock;
    this.end = end;
    this.atExit = new Thread(this::closeOnce, "shardyfusion-temporary-directory");
  }

  /** A new one in the temporary directory of this JVM, the property {@code java.io.tmpdir}. */
  public static TemporaryDirectory create() {
    return createIn(systemDirectory());
  }

  /**
   * A new one in {@code parent}, which is created if need be.
   *
   * @throws StorageException if it cannot be created
   */
  public static TemporaryDirectory createIn(Path parent) {
    return create(parent, () -> {});
  }

  /**
   * A new one in the temporary directory of this JVM.
   *
   * @param end ends whatever uses the directory; is run once before it is deleted, also where the
   *     process is told to end
   * @throws StorageException if it cannot be created
   */
  public static TemporaryDirectory usedUntil(Runnable end) {
    return create(systemDirectory(), end);
  }

  private static TemporaryDirectory create(Path parent, Runnable end) {
    TemporaryDirectory created = tryCreate(parent, end);
    for (int attempt = 1; created == null && attempt < MAX_ATTEMPTS; attempt++) {
      created = tryCreate(parent, end);
    }
    if (created == null) {
      throw new StorageException(
          "a temporary directory cannot be created in "
              + parent
              + ": other processes remove what is created there");
    }
    try {
      Runtime.getRuntime().addShutdownHook(created.atExit);
    } catch (IllegalStateException e) {
      created.closeOnce();
      throw new StorageException("the process is ending", e);
    }
    removeDead(created.path);
    return created;
  }

  /** The path of the directory; its file {@code lock} must not be touched. */
  public Path path() {
    return path;
  }

  private static Path systemDirectory() {
    return Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
  }

  /** Null if another process took the half-made directory for a dead one's. */
  private static @Nullable TemporaryDirectory tryCreate(Path parent, Runnable end) {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path path = parent.resolve(process() + random);
    try {
      if (!Files.isDirectory(parent)) { // A link to one would be refused by Java 17.
        Files.createDirectories(parent);
      }
      Files.createDirectory(path, forThisUser(parent));
    } catch (IOException e) {
      throw new StorageException(
          "a temporary directory cannot be created in "
              + parent
              + ": "
              + e
              + "; make it writable, or choose another (the system property java.io.tmpdir)",
          e);
    }
    Path file = path.resolve(LOCK);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // Between the two steps another may have it; then it removes the directory.
      if (channel.tryLock() != null && Files.exists(file)) {
        return new TemporaryDirectory(path, channel, end);
      }
      channel.close();
      return null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      // A file system without locks, or without room for the file.
      LOG.debug("event=temporary_lock_failed lock={} error=\"{}\"", file, e.toString());
      return new TemporaryDirectory(path, channel, end);
    }
  }

  private static FileAttribute<?>[] forThisUser(Path parent) throws IOException {
    return Files.getFileStore(parent).supportsFileAttributeView("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Ends its use, and deletes the directory with all that is in it. Idempotent. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending: whoever is first deletes it.
    }
    closeOnce();
  }

  private synchronized void closeOnce() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      end.run();
    } finally {
      try {
        remove(path);
        if (lock != null) {
          lock.close();
        }
      } catch (IOException e) {
        LOG.warn("event=temporary_left directory={} error=\"{}\"", path, e.toString());
      }
    }
  }

  /** Removes the siblings of {@code own} that dead processes of this user have left. */
  private static void removeDead(Path own) {
    String mine = process();
    Path parent = own.toAbsolutePath().getParent();
    if (parent == null) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path directory : all) {
        if (!directory.getFileName().toString().startsWith(mine) && sameOwner(own, directory)) {
          removeIfDead(directory);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("event=temporary_sweep_failed directory={} error=\"{}\"", parent, e.toString());
    }
  }

  private static boolean sameOwner(Path own, Path other) throws IOException {
    try {
      return Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(other, LinkOption.NOFOLLOW_LINKS)
              .equals(Files.getOwner(own, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return false;
    } catch (UnsupportedOperationException e) {
      return true; // A file system without owners.
    }
  }

  private static void removeIfDead(Path directory) {
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.tryLock() != null) {
        remove(directory);
        LOG.info("event=temporary_swept directory={}", directory);
      }
    } catch (IOException e) {
      // No lock, or none here; one that is just being made has none yet.
      removeIfForgotten(directory);
    }
  }

  private static void removeIfForgotten(Path directory) {
    try {
      if (isOfNoProcessHere(directory)
          && newest(directory).isBefore(Instant.now().minus(FORGOTTEN_AFTER))) {
        remove(directory);
        LOG.info("event=temporary_swept directory={}", directory);
      }
    } catch (NoSuchFileException e) {
      // Somebody else deletes it.
    } catch (IOException e) {
      LOG.debug("event=temporary_sweep_failed directory={} error=\"{}\"", directory, e.toString());
    }
  }

  private static boolean isOfNoProcessHere(Path directory) {
    Matcher name = NAME.matcher(directory.getFileName().toString());
    if (!name.matches()) {
      return false;
    }
    long started = Long.parseLong(name.group(2));
    return ProcessHandle.of(Long.parseLong(name.group(1)))
        .map(process -> Math.abs(started(process) - started) > START_TOLERANCE_MILLIS)
        .orElse(true);
  }

  /** When something in it was changed last. */
  private static Instant newest(Path path) throws IOException {
    Instant newest = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          Instant changed = newest(entry);
          newest = changed.isAfter(newest) ? changed : newest;
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return newest;
  }

  /** Removes the lock after all else: what is left by a process that dies meanwhile has it. */
  private static void remove(Path directory) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        clear(directory, directory.resolve(LOCK));
        Files.deleteIfExists(directory.resolve(LOCK));
        Files.deleteIfExists(directory);
        return;
      } catch (DirectoryNotEmptyException e) {
        // A thread that has not ended yet has written.
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void clear(Path directory, Path lock) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!entry.equals(lock)) {
          if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            clear(entry, lock);
          }
          Files.deleteIfExists(entry);
        }
      }
    } catch (NoSuchFileException e) {
      // Somebody else deletes it, too.
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** The prefix of the names of this process's directories. */
  private static String process() {
    ProcessHandle process = ProcessHandle.current();
    return PREFIX + process.pid() + "-" + started(process) + "-";
  }

  /** Milliseconds since the epoch; 0 if that is not known. */
  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
