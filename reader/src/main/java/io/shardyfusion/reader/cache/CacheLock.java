package io.shardyfusion.reader.cache;

import io.shardyfusion.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock file that keeps readers, of this process and of others, from doing the same work twice.
 *
 * <p><b>It is no more than that: nothing is wrong if two hold it.</b> That may happen. POSIX drops
 * all locks that a process has on a file when it closes <i>any</i> channel on that file, and
 * another class loader of this process may do so (within one, {@link #HELD} keeps a second channel
 * from being opened); somebody may delete the file; a file system may not know locks. What is done
 * under the lock is therefore right without it, too, and costs only more.
 *
 * <p>The holder shows that it works by {@link #beat}, the time of the file. One that shows nothing
 * for {@link #PATIENCE_NANOS}, a stopped process for example, is waited for no longer.
 *
 * <p>The file is deleted when the lock is given up. One who has it open then gets a lock that
 * others do not see; which is harmless, as above.
 */
final class CacheLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CacheLock.class);

  /** The files that this process has open: locks are a process's, and so is this. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final long POLL_MILLIS = 20;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Path file;
  private final @Nullable FileChannel channel;
  private final boolean registered;
  private volatile long beaten = System.nanoTime();

  private CacheLock(Path file, @Nullable FileChannel channel, boolean registered) {
    this.file = file;
    this.channel = channel;
    this.registered = registered;
  }

  /**
   * Takes the lock, or waits for the one who has it.
   *
   * @param file absolute; it and its directory are created
   * @param done whether there is nothing left to wait for
   * @return to be closed; not locked if {@code done} came true, if the holder seems dead, or if
   *     there are no locks here
   * @throws StorageException if the thread is interrupted while it waits; it stays so
   */
  static CacheLock await(Path file, BooleanSupplier done) {
    FileTime lastBeat = null;
    long seen = System.nanoTime();
    while (true) {
      CacheLock lock = tryLock(file);
      if (lock != null) {
        return lock;
      }
      FileTime beat = time(file);
      long now = System.nanoTime();
      if (!Objects.equals(beat, lastBeat)) {
        lastBeat = beat;
        seen = now;
      } else if (now - seen > PATIENCE_NANOS) {
        LOG.warn("event=cache_lock_ignored lock={} reason=\"its holder does nothing\"", file);
        return new CacheLock(file, null, false);
      }
      if (done.getAsBoolean()) {
        return new CacheLock(file, null, false);
      }
      pause();
    }
  }

  /** The lock, or null if somebody else has it. */
  static @Nullable CacheLock tryLock(Path file) {
    if (!HELD.add(file)) {
      return null;
    }
    CacheLock lock = null;
    try {
      lock = open(file);
    } finally {
      if (lock == null) {
        HELD.remove(file);
      }
    }
    return lock;
  }

  /** Shows others that this holder works; cheap enough to be called often, by any thread. */
  void beat() {
    long now = System.nanoTime();
    if (now - beaten > BEAT_NANOS) {
      beaten = now;
      try {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      } catch (IOException e) {
        LOG.debug("event=cache_lock_beat_failed lock={} error=\"{}\"", file, e.toString());
      }
    }
  }

  @Override
  public void close() {
    if (!registered) {
      return;
    }
    try (FileChannel held = channel) {
      if (held != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.debug("event=cache_lock_left lock={} error=\"{}\"", file, e.toString());
    } finally {
      HELD.remove(file);
    }
  }

  private static @Nullable CacheLock open(Path file) {
    FileChannel channel = null;
    try {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return new CacheLock(file, channel, true);
      }
      channel.close();
      return null;
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
      return null;
    } catch (IOException e) {
      closeQuietly(channel);
      LOG.debug("event=cache_lock_failed lock={} error=\"{}\"", file, e.toString());
      return new CacheLock(file, null, true);
    }
  }

  private static @Nullable FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return null;
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "the thread was interrupted while it waited for a file that another reader downloads", e);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("event=cache_lock_close_failed error=\"{}\"", e.toString());
      }
    }
  }
}
