package io.shardyfusion.job.input.files;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.LocalPaths;
import io.shardyfusion.job.input.rows.ShownPath;
import io.shardyfusion.machine.OpenFileLimit;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The decompressed bytes of one file, read forward. Offsets count decompressed bytes.
 *
 * <p>Not thread-safe. Failures of the filesystem are {@link StorageException}s, which a restart may
 * cure; bytes that do not decompress are a {@link DataDamagedException}, which it cannot.
 */
final class DecodedFile implements Closeable {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FSDataInputStream stored;
  private final StoredBytes guarded;
  private final InputStream decoded;
  private final boolean seekable;
  private long position;

  private DecodedFile(
      Path path,
      FSDataInputStream stored,
      StoredBytes guarded,
      InputStream decoded,
      boolean seekable) {
    this.path = path;
    this.stored = stored;
    this.guarded = guarded;
    this.decoded = decoded;
    this.seekable = seekable;
  }

  /** Opens a file at its beginning; it must be closed. */
  static DecodedFile open(Path path) {
    Compression compression = Compression.of(path);
    FSDataInputStream stored;
    try {
      stored = LocalPaths.isLocal(path) ? LocalInput.open(path) : path.getFileSystem().open(path);
    } catch (IOException e) {
      throw new StorageException(
          "cannot open the input file " + ShownPath.of(path) + ": " + reason(e), e);
    }
    StoredBytes guarded = new StoredBytes(stored);
    if (compression == Compression.NONE) {
      return new DecodedFile(path, stored, guarded, guarded, true);
    }
    try {
      InputStream buffered = new BufferedInputStream(guarded, BUFFER_BYTES);
      InputStream decoded = isEmpty(buffered) ? buffered : compression.decompress(buffered);
      return new DecodedFile(path, stored, guarded, decoded, false);
    } catch (IOException e) {
      closeQuietly(stored, e);
      throw failure(path, guarded, 0, e);
    } catch (StorageException e) {
      closeQuietly(stored, e);
      throw e;
    }
  }

  /** The number of bytes that were read or skipped so far. */
  long position() {
    return position;
  }

  /**
   * Reads until {@code length} bytes are there or the file ends; gives how many there are, 0 at the
   * end.
   */
  int readFully(byte[] into, int offset, int length) {
    int done = 0;
    try {
      while (done < length) {
        int n = decoded.read(into, offset + done, length - done);
        if (n < 0) {
          break;
        }
        done += n;
      }
    } catch (IOException e) {
      throw failure(path, guarded, position + done, e);
    }
    position += done;
    return done;
  }

  /**
   * Goes forward to a position, or to the end of the file if that comes first. Cheap only without
   * compression.
   */
  void skipTo(long target) {
    try {
      if (seekable) {
        stored.seek(target);
        position = target;
        return;
      }
      byte[] discarded = new byte[BUFFER_BYTES];
      while (position < target
          && readFully(discarded, 0, (int) Math.min(discarded.length, target - position)) > 0) {
        // The position moves on.
      }
    } catch (IOException e) {
      throw new StorageException(
          "cannot go to byte %s of the input file %s: %s"
              .formatted(target, ShownPath.of(path), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    decoded.close();
  }

  private static ShardyfusionException failure(
      Path path, StoredBytes stored, long position, IOException e) {
    if (stored.failure != null) {
      return new StorageException(
          "cannot read on after byte %s of the input file %s: %s"
              .formatted(position, ShownPath.of(path), reason(stored.failure)),
          e);
    }
    return new DataDamagedException(
        """
        the input file %s does not decompress after byte %s of its decompressed data: %s; \
        it is truncated or damaged, or not compressed as its name says: replace or rename \
        it"""
            .formatted(
                ShownPath.of(path),
                position,
                e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
        e);
  }

  private static String reason(IOException e) {
    String limit = OpenFileLimit.reason(e);
    return limit == null ? String.valueOf(e.getMessage()) : limit;
  }

  /** An empty file is one without rows, although what is compressed is never empty. */
  private static boolean isEmpty(InputStream in) throws IOException {
    in.mark(1);
    boolean isEmpty = in.read() < 0;
    in.reset();
    return isEmpty;
  }

  private static void closeQuietly(FSDataInputStream stored, Throwable reason) {
    try {
      stored.close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /**
   * The stored bytes; remembers its own failures, to tell them from those of a decompressor on top
   * of it.
   */
  private static final class StoredBytes extends InputStream {

    private final FSDataInputStream in;
    private @Nullable IOException failure;

    StoredBytes(FSDataInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        return in.read(into, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
