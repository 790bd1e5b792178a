package io.shardyfusion.job;

import io.shardyfusion.format.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that a run holds on its dataset's part of a local checkpoint directory, so that another
 * one can tell whether it lives: the operating system frees it when the process ends, however it
 * does. The file says who has it, and stays.
 *
 * <p>POSIX drops all locks that a process has on a file when it closes any channel on it, so a file
 * that this process has locked is not opened again.
 */
final class CheckpointLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointLock.class);
  private static final int MAX_HOLDER_BYTES = 1000;

  /**
   * The files that this process has locked, with who has them: texts only, in the one map that all
   * its class loaders share.
   */
  private static final Map<Object, Object> HELD = System.getProperties();

  private static final String HELD_KEY = "io.shardyfusion.checkpoint-lock.";

  /** Opened beside a lock of this process that is not in the map; never closed, which frees it. */
  private static final Queue<FileChannel> BESIDE = new ConcurrentLinkedQueue<>();

  private final Path file;
  private final FileChannel channel;
  private final String holder;

  /** The outcome of an attempt to take it. */
  sealed interface Attempt {

    /**
     * Taken.
     *
     * @param lock is to be closed
     */
    record Taken(CheckpointLock lock) implements Attempt {}

    /**
     * Another run has it.
     *
     * @param holder which, as it says
     */
    record Held(String holder) implements Attempt {}

    /** The directory is on a store, or a file system, that has no locks. */
    record None() implements Attempt {}
  }

  private CheckpointLock(Path file, FileChannel channel, String holder) {
    this.file = file;
    this.channel = channel;
    this.holder = holder;
  }

  /**
   * Tries to take the lock.
   *
   * @param directory the URI of the checkpoint directory
   * @param dataset the URI of the dataset
   */
  static Attempt tryTake(String directory, String dataset) {
    Optional<Path> local = local(directory);
    if (local.isEmpty()) {
      return new Attempt.None();
    }
    String name = Sha256.of(nameOf(dataset).getBytes(StandardCharsets.UTF_8)).hex();
    try {
      Path checkpoints = local.get();
      if (!Files.isDirectory(checkpoints)) { // A link to one would be refused by Java 17.
        Files.createDirectories(checkpoints);
      }
      Path file = checkpoints.toRealPath().resolve(".lock-" + name.substring(0, 16));
      String holder = process();
      Object other = HELD.putIfAbsent(HELD_KEY + file, holder);
      return other == null
          ? tryTake(file, holder)
          : new Attempt.Held(other + ", which is this process");
    } catch (IOException | UnsupportedOperationException e) {
      LOG.info("The checkpoint directory {} cannot be locked.", directory, e);
      return new Attempt.None();
    }
  }

  private static Attempt tryTake(Path file, String holder) throws IOException {
    FileChannel channel = null;
    CheckpointLock lock = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        return new Attempt.Held(read(channel));
      }
      CheckpointLock taken = new CheckpointLock(file, channel, holder);
      taken.write(holder);
      lock = taken;
      return new Attempt.Taken(taken);
    } catch (OverlappingFileLockException e) {
      keep(channel);
      channel = null;
      return new Attempt.Held("another run of this process");
    } finally {
      if (lock == null) {
        HELD.remove(HELD_KEY + file);
        closeQuietly(channel);
      }
    }
  }

  /** The dataset's URI, the same for all the ways to write that of a local one. */
  static String nameOf(String dataset) {
    return local(RetainedCheckpoints.uri(dataset))
        .map(path -> path.toAbsolutePath().normalize().toString())
        .orElse(dataset.replaceAll("/+$", ""));
  }

  private static Optional<Path> local(String directory) {
    try {
      // Flink writes paths like this, without escapes.
      URI uri = new org.apache.flink.core.fs.Path(directory).toUri();
      return "file".equals(uri.getScheme())
          ? Optional.of(Path.of(uri.getPath()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String process() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "this host";
    }
    return "process %s on %s, started %s"
        .formatted(
            ProcessHandle.current().pid(), host, Instant.now().truncatedTo(ChronoUnit.SECONDS));
  }

  /** Says which run has the lock, once it has an id. */
  void heldBy(String runId) {
    String text = "run " + runId + ", " + holder;
    HELD.replace(HELD_KEY + file, text);
    try {
      write(text);
    } catch (IOException e) {
      LOG.warn("The lock of the checkpoint directory could not be written.", e);
    }
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    channel.truncate(0);
    channel.write(bytes, 0);
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_HOLDER_BYTES);
    channel.read(bytes, 0);
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    return text.isBlank() ? "a run that is just starting" : text;
  }

  private static void keep(@Nullable FileChannel channel) {
    if (channel != null) {
      BESIDE.add(channel);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // There is no lock to free.
    }
  }

  /** Frees the lock. Idempotent. */
  @Override
  public void close() {
    if (channel.isOpen()) {
      closeQuietly(channel);
      HELD.remove(HELD_KEY + file);
    }
  }
}
