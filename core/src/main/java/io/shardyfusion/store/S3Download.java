package io.shardyfusion.store;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.shardyfusion.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
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
  private @Nullable FileChannel out;
  private @Nullable S3Parts rest;
  private @Nullable String tag;
  private long size;

  /**
   * A download that has not begun.
   *
   * @param key the bucket's
   * @param object what messages call it
   */
  S3Download(
      S3Client client,
      S3Requests requests,
      S3Transfers transfers,
      String key,
      String object,
      Path target,
      LongConsumer progress) {
    this.client = client;
    this.requests = requests;
    this.transfers = transfers;
    this.key = key;
    this.object = object;
    this.target = target;
    this.progress = progress;
  }

  /** Downloads the object, and gives its size. Throws what the SDK throws. */
  long run() {
    GetObjectRequest.Builder whole = requests.download(key);
    GetObjectRequest first = whole.range("bytes=0-" + (transfers.thresholdBytes() - 1)).build();
    try {
      client.getObject(first, this::receiveFirst);
    } catch (S3Exception e) {
      if (e.statusCode() != RANGE_NOT_SATISFIABLE) {
        throw e;
      }
      // An empty object has no first byte.
      client.getObject(whole.range(null).build(), this::receiveFirst);
    }
    if (rest != null) {
      rest.join();
    }
    return size;
  }

  private Void receiveFirst(GetObjectResponse response, AbortableInputStream body) {
    create(body);
    String range = response.contentRange();
    Long length = response.contentLength();
    if (range != null) {
      long total = total(range, body);
      if (rest == null) {
        size = total;
        tag = response.eTag();
        if (total > transfers.thresholdBytes()) {
          beginRest();
        }
      } else if (total != size || !Objects.equals(tag, response.eTag())) {
        body.abort();
        throw changed();
      }
      receive(body, 0, Math.min(total, transfers.thresholdBytes()));
    } else {
      size = receive(body, 0, length);
    }
    return null;
  }

  private void beginRest() {
    long start = transfers.thresholdBytes();
    long partBytes = transfers.partBytes();
    int count = Math.toIntExact((size - start + partBytes - 1) / partBytes);
    S3Parts parts = new S3Parts("shardyfusion-download", Math.min(count, transfers.parallelism()));
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
    try {
      client.getObject(
          request,
          (response, body) -> {
            if (response.contentRange() == null) {
              body.abort();
              throw changed();
            }
            return receive(body, from, length);
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
  private long receive(AbortableInputStream body, long from, @Nullable Long expected) {
    byte[] buffer = new byte[BUFFER];
    long received = 0;
    while (true) {
      int read;
      try {
        read = body.read(buffer);
      } catch (IOException e) {
        throw S3Content.interrupted(object, body, e);
      }
      if (read < 0) {
        S3Content.requireLength(object, body, expected, received);
        return received;
      }
      try {
        progress.accept(read);
      } catch (RuntimeException e) {
        body.abort();
        throw e;
      }
      write(buffer, read, from + received, body);
      received += read;
    }
  }

  private void create(AbortableInputStream body) {
    if (out != null) {
      return;
    }
    try {
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
