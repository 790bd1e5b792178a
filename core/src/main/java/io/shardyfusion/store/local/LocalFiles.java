package io.shardyfusion.store.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ObjectKeys;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The files of a {@link LocalObjectStore}: where they lie, and how they become durable.
 *
 * <p>Content is written to a file in {@code .tmp}, forced to the disk, and renamed; then the
 * directories are forced.
 */
final class LocalFiles {

  /** After this an unfinished file belongs to a writer that is gone. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path root;
  private final Path temporary;

  LocalFiles(Path root) {
    this.root = root;
    this.temporary = root.resolve(ObjectKeys.RESERVED);
  }

  /** Content that is on its way into a file. */
  interface Source {
    void writeTo(FileChannel target) throws IOException;
  }

  /** The file of an object, which need not exist. */
  Path file(String key) {
    Path at = root;
    for (String part : key.split("/", -1)) {
      if (part.isEmpty()) {
        continue; // The prefix of a listing ends with a slash.
      }
      try {
        at = at.resolve(part);
      } catch (InvalidPathException e) {
        throw new InvalidRequestException(
            "the key '" + key + "' cannot be a file's name here: " + e.getReason(), e);
      }
      if (Files.isSymbolicLink(at)) {
        throw new StorageException(
            at
                + " is a symbolic link; the objects of "
                + root
                + " must be files and directories below it: replace the link by what it names");
      }
    }
    return at;
  }

  /** The attributes of a file that is an object, or empty. */
  Optional<BasicFileAttributes> attributes(Path file) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
      return found.isRegularFile() ? Optional.of(found) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (hiddenByObject(file)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Returns whether {@code path} cannot exist because it, or a part of it below the root, is an
   * object.
   */
  boolean hiddenByObject(Path path) {
    Path obstacle = LocalFailures.obstacle(path);
    return obstacle != null && obstacle.startsWith(root) && !obstacle.equals(root);
  }

  /** The bytes of an object, or empty if there is none. */
  Optional<byte[]> content(Path file, long maxBytes) throws IOException {
    Optional<FileChannel> opened = open(file);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (FileChannel channel = opened.get()) {
      long size = channel.size();
      if (size > Math.min(maxBytes, Integer.MAX_VALUE - 8)) {
        throw new DataDamagedException(
            "expected at most " + maxBytes + " bytes in " + file + ", found " + size);
      }
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(size));
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new EOFException(file + " was truncated while it was read");
        }
      }
      return Optional.of(buffer.array());
    }
  }

  /** An object, open for reading, or empty if there is none. */
  Optional<FileChannel> open(Path file) throws IOException {
    if (attributes(file).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileChannel.open(file, READ, NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Writes a file that no listing shows, makes it durable, and returns it. */
  Path writeTemporary(Source source) throws IOException {
    createDirectories(temporary);
    Path file = temporary.resolve(UUID.randomUUID().toString());
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      source.writeTo(channel);
      channel.force(true);
    } catch (IOException | RuntimeException e) {
      discard(file);
      throw e;
    }
    return file;
  }

  /** Deletes a temporary file, if it is still there. */
  void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is never seen, and is deleted as abandoned later. What matters is why it was discarded.
    }
  }

  /** Deletes what writers that are gone have left. */
  void discardAbandoned() throws IOException {
    Instant before = Instant.now().minus(ABANDONED);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
      for (Path file : files) {
        Optional<BasicFileAttributes> found = attributes(file);
        if (found.isPresent()
            && found.get().lastModifiedTime().toInstant().isBefore(before)
            && !LocalLock.is(file)) {
          discard(file);
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever written.
    }
  }

  /** Runs {@code action} while nobody else changes an object of this root. */
  <T> T locked(LocalLock.Action<T> action) throws IOException {
    createDirectories(temporary);
    return LocalLock.holding(temporary, action);
  }

  /**
   * Makes a temporary file the object {@code file}.
   *
   * @return its directory, which is to be {@linkplain #force forced}
   */
  Path rename(Path temporary, Path file) throws IOException {
    Path folder = parent(file);
    createDirectories(folder);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return folder;
  }

  /** Deletes an object and the directories that are empty then; tells whether it was there. */
  boolean delete(Path file) throws IOException {
    if (attributes(file).isEmpty()) {
      return false;
    }
    Files.delete(file);
    try {
      for (Path at = parent(file); !at.equals(root); at = parent(at)) {
        Files.deleteIfExists(at);
      }
    } catch (DirectoryNotEmptyException e) {
      // From here on up the directories hold other objects.
    }
    return true;
  }

  /** Makes durable which files a directory holds. */
  static void force(Path directory) throws IOException {
    if (File.separatorChar == '\\') {
      return; // Windows cannot open a directory; its file systems log the rename.
    }
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  private static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (Files.isDirectory(directory)) {
        return;
      }
      throw new FileSystemException(
          directory.toString(), null, "is a file, so that no object can be below it");
    }
    if (parent != null) {
      force(parent);
    }
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalStateException(file + " has no parent");
    }
    return parent;
  }
}
