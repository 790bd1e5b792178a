package io.shardyfusion.store.s3;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.S3Transfers;
import io.shardyfusion.store.StoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The download of one file. The first request asks for as much as one may bring; where there is
 * more, its answer says how much, and other threads ask for the rest while its body is read.
 */
final class S3Download implements AutoCloseable {

  private static final int BUFFER = 1 << 16;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final S3Client client;
  private final S3Requests requests;
  private final S3Transfers transfers;
  private final String key;
  private final String object;
  private final Path target;
  private final LongConsumer progress;
  private final Duration timeout;
  private @Nullable FileChannel out;
  private @Nullable S3PartExecutor rest;
  private @Nullable String tag;
  private long size;

  /**
   * A download that has not begun.
   *
   * @param key the bucket's
   * @param object what messages call it
   * @param options say the sizes of parts, and how long each may take, without the time that {@code
   *     progress} takes
   */
  S3Download(
      S3Client client,
      S3Requests requests,
      StoreOptions options,
      String key,
      String object,
      Path target,
      LongConsumer progress) {
    this.client = client;
    this.requests = requests;
    this.transfers = options.s3Transfers();
    this.key = key;
    this.object = object;
    this.target = target;
    this.progress = progress;
    this.timeout = options.transferTimeout();
  }

  /** Downloads the object, and gives its size. Throws what the SDK throws. */
  long run() {
    GetObjectRequest.Builder whole = requests.download(key);
    GetObjectRequest first = whole.range("bytes=0-" + (transfers.thresholdBytes() - 1)).build();
    try {
      getFirst(first, whole.range(null).build());
      if (rest != null) {
        rest.join();
      }
      return size;
    } catch (NoSuchKeyException e) {
      // It was there when the file was created.
      throw out == null ? e : changed();
    }
  }

  private void getFirst(GetObjectRequest first, GetObjectRequest whole) {
    Deadline deadline = new Deadline();
    try {
      client.getObject(first, (response, body) -> receiveFirst(response, body, deadline));
    } catch (S3Exception e) {
      if (e.statusCode() != RANGE_NOT_SATISFIABLE) {
        throw e;
      }
      // An empty object has no first byte.
      client.getObject(whole, (response, body) -> receiveFirst(response, body, deadline));
    }
  }

  private Void receiveFirst(
      GetObjectResponse response, AbortableInputStream body, Deadline deadline) {
    begin(body);
    String range = response.contentRange();
    if (range == null) {
      if (rest != null) {
        body.abort();
        throw changed();
      }
      size = receive(body, 0, response.contentLength(), deadline);
      return null;
    }
    long total = total(range, body);
    long length = Math.min(total, transfers.thresholdBytes());
    requireRange(range, 0, length, total, body);
    if (rest == null) {
      size = total;
      tag = response.eTag();
      if (total > length) {
        beginRest(body);
      }
    } else if (total != size || !Objects.equals(tag, response.eTag())) {
      body.abort();
      throw changed();
    }
    receive(body, 0, length, deadline);
    return null;
  }

  private void beginRest(AbortableInputStream body) {
    if (tag == null) {
      body.abort();
      throw new StorageException(
          "could not download "
              + object
              + ": the server gave no ETag for it; it must, to tell whether its parts are of one");
    }
    long start = transfers.thresholdBytes();
    long partBytes = transfers.partBytes();
    int count = Math.toIntExact((size - start + partBytes - 1) / partBytes);
    S3PartExecutor parts = new S3PartExecutor("download", Math.min(count, transfers.parallelism()));
    rest = parts;
    parts.begin(
        0,
        count,
        i -> {
          long from = start + i * partBytes;
          fetch(from, Math.min(partBytes, size - from));
        });
  }

  private void fetch(long from, long length) {
    GetObjectRequest request =
        requests
            .download(key)
            .range("bytes=" + from + "-" + (from + length - 1))
            .ifMatch(tag)
            .build();
    Deadline deadline = new Deadline();
    try {
      client.getObject(
          request,
          (response, body) -> {
            if (response.contentRange() == null) {
              body.abort();
              throw changed();
            }
            requireRange(response.contentRange(), from, length, size, body);
            return receive(body, from, length, deadline);
          });
    } catch (S3Exception e) {
      throw e.statusCode() == PRECONDITION_FAILED ? changed() : e;
    }
  }

  private StorageException changed() {
    return new StorageException(
        "could not download " + object + ": it changed meanwhile; try again");
  }

  /** Writes a body to its place in the file, and gives its length. */
  private long receive(
      AbortableInputStream body, long from, @Nullable Long expected, Deadline deadline) {
    deadline.check(body);
    byte[] buffer = new byte[BUFFER];
    long received = 0;
    while (true) {
      int read;
      try {
        read = body.read(buffer);
      } catch (IOException e) {
        throw S3BodyReader.interrupted(object, body, e);
      }
      if (read < 0) {
        S3BodyReader.requireLength(object, body, expected, received);
        return received;
      }
      if (expected != null && received + read > expected) {
        S3BodyReader.requireLength(object, body, expected, received + read);
      }
      deadline.tell(read, body);
      write(buffer, read, from + received, body);
      received += read;
    }
  }

  /** Creates the file; where another attempt has, begins it anew, but for what others have done. */
  private void begin(AbortableInputStream body) {
    try {
      if (out != null) {
        if (rest == null) {
          out.truncate(0);
        }
        return;
      }
      out = FileChannel.open(target, CREATE_NEW, WRITE);
    } catch (FileAlreadyExistsException e) {
      body.abort();
      throw new StorageException(
          "could not download " + object + ": " + target + " exists already; delete it first", e);
    } catch (IOException e) {
      body.abort();
      throw cannotWrite(e);
    }
  }

  private void write(byte[] buffer, int length, long position, AbortableInputStream body) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
      FileChannel file = Objects.requireNonNull(out);
      for (long at = position; bytes.hasRemaining(); ) {
        at += file.write(bytes, at);
      }
    } catch (IOException e) {
      body.abort();
      throw cannotWrite(e);
    }
  }

  private StorageException cannotWrite(IOException e) {
    return new StorageException(
        "could not download "
            + object
            + ": cannot write "
            + target
            + "; check the directory, its permissions and the space left ("
            + e.getClass().getSimpleName()
            + ": "
            + e.getMessage()
            + ")",
        e);
  }

  /** Requires that an answer has the bytes that were asked for. */
  private void requireRange(
      String found, long from, long length, long total, AbortableInputStream body) {
    String expected = "bytes " + from + "-" + (from + length - 1) + "/" + total;
    if (!found.equals(expected)) {
      body.abort();
      throw new StorageException(
          "could not download "
              + object
              + ": expected an answer with '"
              + expected
              + "', found '"
              + found
              + "'; what is between this and the server answers for another range");
    }
  }

  /** The size of the object, which follows the slash of {@code bytes 0-9/100}. */
  private long total(String range, AbortableInputStream body) {
    try {
      return Long.parseLong(range.substring(range.lastIndexOf('/') + 1));
    } catch (NumberFormatException e) {
      body.abort();
      throw new StorageException(
          "could not download "
              + object
              + ": expected an answer with the range and the size, found '"
              + range
              + "'",
          e);
    }
  }

  /** The end of the time of a part, its retries included. For one thread. */
  private final class Deadline {

    private long end = System.nanoTime() + timeout.toNanos();

    /** Tells of progress, which may hold the download back: that takes nothing of the time. */
    void tell(int bytes, AbortableInputStream body) {
      check(body);
      long start = System.nanoTime();
      try {
        progress.accept(bytes);
      } catch (RuntimeException e) {
        body.abort();
        throw e;
      }
      end += System.nanoTime() - start;
    }

    void check(AbortableInputStream body) {
      if (System.nanoTime() - end > 0) {
        body.abort();
        throw new StorageException(
            "could not download "
                + object
                + ": not done within "
                + S3Failures.shown(timeout)
                + "; check the network and the server, or give it more time with"
                + " StoreOptions.transferTimeout");
      }
    }
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    if (rest != null) {
      rest.close();
    }
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        throw cannotWrite(e);
      }
    }
  }
}
