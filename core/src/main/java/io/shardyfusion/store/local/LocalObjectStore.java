package io.shardyfusion.store.local;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectKeys;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.StoredObject;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The objects in a directory of a local (or locally mounted) file system: the file {@code a/b} is
 * the object {@code a/b}. The tag of an object is the SHA-256 of its content.
 *
 * <p>Objects change under one lock for the whole root, which is held for the rename only, and works
 * between processes where the file system has file locks. The directory {@code .tmp} holds the lock
 * and what is not finished; it comes with the first write and stays.
 *
 * <p>Other than on S3, a key cannot be the folder of another: {@code a} and {@code a/b} exclude
 * each other.
 */
public final class LocalObjectStore implements ObjectStore {

  /** The most that is copied at once, so that progress can be told and a close ends it. */
  private static final long PIECE_BYTES = 1 << 16;

  private final URI uri;
  private final LocalFiles files;
  private final LocalFailures failures;
  private final AtomicBoolean wroteBefore = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * The store in a directory, which need not exist.
   *
   * @param root absolute
   */
  public LocalObjectStore(Path root) {
    this.uri = uri(root);
    this.files = new LocalFiles(root);
    this.failures = new LocalFailures(root);
  }

  @Override
  public URI root() {
    return uri;
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    Path file = file(key);
    try {
      return files.content(file, maxBytes).map(content -> new StoredObject(content, tag(content)));
    } catch (IOException e) {
      throw failures.explained("read '" + key + "'", e);
    }
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    Optional<StoredObject> found = read(key, maxBytes);
    if (found.isEmpty()) {
      return new ConditionalRead.Missing();
    }
    return found.get().tag().equals(tag)
        ? new ConditionalRead.Unchanged()
        : new ConditionalRead.Changed(found.get());
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    Path file = file(key);
    try {
      Optional<FileChannel> opened = files.open(file);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (FileChannel in = opened.get();
          FileChannel out = FileChannel.open(target, CREATE_NEW, WRITE)) {
        return Optional.of(copy(in, out, file, progress));
      }
    } catch (FileAlreadyExistsException e) {
      throw new StorageException(
          "could not download '" + key + "': " + target + " exists already; delete it first", e);
    } catch (IOException e) {
      throw failures.explained("download '" + key + "' to " + target, e);
    }
  }

  @Override
  public void write(String key, byte[] content) {
    replace(key, "write '" + key + "'", channel -> fill(channel, content));
  }

  @Override
  public void upload(String key, Path source) {
    replace(
        key,
        "upload " + source + " as '" + key + "'",
        channel -> {
          try (FileChannel in = FileChannel.open(source, READ)) {
            copy(in, channel, source, bytes -> {});
          }
        });
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    Path file = file(key);
    try {
      if (!holds(expectation, file)) {
        return new ConditionalWrite.Conflict();
      }
      Path temporary = temporary(channel -> fill(channel, content));
      try {
        return files.locked(
            () -> {
              if (!holds(expectation, file)) {
                return new ConditionalWrite.Conflict();
              }
              forceRenamed(key, files.rename(temporary, file));
              return new ConditionalWrite.Written(tag(content));
            });
      } finally {
        files.discard(temporary);
      }
    } catch (IOException e) {
      throw failures.explained("write '" + key + "'", e);
    }
  }

  @Override
  public Optional<ObjectInfo> stat(String key) {
    Path file = file(key);
    try {
      return files
          .attributes(file)
          .map(found -> new ObjectInfo(key, found.size(), found.lastModifiedTime().toInstant()));
    } catch (IOException e) {
      throw failures.explained("look for '" + key + "'", e);
    }
  }

  @Override
  public Stream<ObjectInfo> list(String prefix) {
    checkOpen();
    LocalListing listing = new LocalListing(files, failures, ObjectKeys.checkPrefix(prefix));
    int traits = Spliterator.DISTINCT | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(listing, traits), false)
        .onClose(listing::close);
  }

  @Override
  public void delete(Collection<String> keys) {
    checkOpen();
    keys.forEach(ObjectKeys::check);
    for (String key : keys) {
      Path file = file(key);
      try {
        if (files.attributes(file).isPresent()) {
          files.locked(() -> files.delete(file));
        }
      } catch (IOException e) {
        throw failures.explained("delete '" + key + "'", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return uri.toString();
  }

  private Path file(String key) {
    checkOpen();
    return files.file(ObjectKeys.check(key));
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("the object store of " + uri + " is closed");
    }
  }

  private void replace(String key, String action, LocalFiles.Source source) {
    Path file = file(key);
    try {
      Path temporary = temporary(source);
      try {
        Path folder = files.locked(() -> files.rename(temporary, file));
        LocalFiles.force(folder);
      } finally {
        files.discard(temporary);
      }
    } catch (IOException e) {
      throw failures.explained(action, e);
    }
  }

  private Path temporary(LocalFiles.Source source) throws IOException {
    if (wroteBefore.compareAndSet(false, true)) {
      files.discardAbandoned();
    }
    return files.writeTemporary(source);
  }

  private static void forceRenamed(String key, Path folder) {
    try {
      LocalFiles.force(folder);
    } catch (IOException e) {
      throw new AmbiguousWriteException(
          "'"
              + key
              + "' was replaced, but may not outlast a power failure: could not force "
              + folder
              + " to the disk",
          e);
    }
  }

  private boolean holds(Expectation expectation, Path file) throws IOException {
    if (expectation instanceof Expectation.Unchanged unchanged) {
      return files
          .content(file, Long.MAX_VALUE)
          .map(content -> tag(content).equals(unchanged.tag()))
          .orElse(false);
    }
    return files.attributes(file).isEmpty();
  }

  private static void fill(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private long copy(FileChannel in, FileChannel out, Path source, LongConsumer progress)
      throws IOException {
    long size = in.size();
    for (long at = 0; at < size; ) {
      long piece = Math.min(PIECE_BYTES, size - at);
      progress.accept(piece);
      checkOpen();
      for (long end = at + piece; at < end; ) {
        long copied = in.transferTo(at, end - at, out);
        if (copied <= 0) {
          throw new EOFException(source + " was truncated while it was read");
        }
        at += copied;
      }
    }
    return size;
  }

  private static ObjectTag tag(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return new ObjectTag(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The URI without the slash that {@link Path#toUri} adds if the directory exists. */
  private static URI uri(Path root) {
    String text = root.toUri().toString();
    boolean slash = text.endsWith("/") && root.getNameCount() > 0;
    return URI.create(slash ? text.substring(0, text.length() - 1) : text);
  }
}
