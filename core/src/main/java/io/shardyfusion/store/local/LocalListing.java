package io.shardyfusion.store.local;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectKeys;
import io.shardyfusion.surroundings.LocalPath;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The objects below a directory, depth first, one open directory for each level. What is deleted
 * meanwhile is skipped, and symbolic links are not followed.
 */
final class LocalListing implements Iterator<ObjectInfo>, AutoCloseable {

  private final LocalFiles files;
  private final LocalFailures failures;
  private final String prefix;
  private final Deque<Level> levels = new ArrayDeque<>();
  private boolean begun;
  private @Nullable ObjectInfo next;

  LocalListing(LocalFiles files, LocalFailures failures, String prefix) {
    this.files = files;
    this.failures = failures;
    this.prefix = prefix;
  }

  /** A directory that is being read; {@code key} is empty or ends with a slash. */
  private record Level(String key, DirectoryStream<Path> stream, Iterator<Path> entries) {}

  @Override
  public boolean hasNext() {
    try {
      if (!begun) {
        begun = true;
        String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        enter(folder, files.file(folder));
      }
      while (next == null && !levels.isEmpty()) {
        advance();
      }
      return next != null;
    } catch (DirectoryIteratorException e) {
      throw failed(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public ObjectInfo next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    ObjectInfo result = next;
    next = null;
    return result;
  }

  @Override
  public void close() {
    IOException failure = null;
    while (!levels.isEmpty()) {
      try {
        levels.pop().stream().close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failed(failure);
    }
  }

  private void advance() throws IOException {
    Level level = levels.element();
    if (!level.entries().hasNext()) {
      levels.pop().stream().close();
      return;
    }
    Path path = level.entries().next();
    String key = level.key() + path.getFileName();
    if (!key.startsWith(prefix) || key.equals(ObjectKeys.RESERVED)) {
      return;
    }
    if (!LocalPath.hasText(path)) {
      return; // No key, and nothing below it has one: its text would name another file.
    }
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if (found.isDirectory()) {
      enter(key + "/", path);
    } else if (found.isRegularFile() && ObjectKeys.valid(key)) {
      next = new ObjectInfo(key, found.size(), found.lastModifiedTime().toInstant());
    }
  }

  @SuppressWarnings("StreamResourceLeak") // Closed when read to its end, or by close().
  private void enter(String key, Path directory) throws IOException {
    try {
      DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
      levels.push(new Level(key, stream, stream.iterator()));
    } catch (NoSuchFileException e) {
      // Nothing there: no objects.
    } catch (FileSystemException e) {
      if (!files.hiddenByObject(directory)) {
        throw e;
      }
    }
  }

  private StorageException failed(IOException e) {
    return failures.explained("list '" + prefix + "'", e);
  }
}
