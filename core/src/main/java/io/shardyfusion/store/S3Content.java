package io.shardyfusion.store;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * What is done with the body of a GET: a failure to read it is retried by the SDK, others are not.
 * A body that is not read to its end is aborted, as closing would read it.
 */
final class S3Content {

  private static final int BUFFER = 1 << 16;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private S3Content() {}

  /** Reads the body into memory. */
  static ResponseTransformer<GetObjectResponse, StoredObject> inMemory(
      String object, long maxBytes) {
    int limit = (int) Math.min(maxBytes, MAX_ARRAY - 1);
    return (response, body) -> {
      Long length = response.contentLength();
      if (length != null && length > limit) {
        body.abort();
        throw tooLarge(object, maxBytes, length.toString());
      }
      byte[] content;
      try {
        content = body.readNBytes(limit + 1);
      } catch (IOException e) {
        throw interrupted(object, body, e);
      }
      if (content.length > limit) {
        body.abort();
        throw tooLarge(object, maxBytes, "more");
      }
      requireLength(object, body, length, content.length);
      String tag = response.eTag();
      if (tag == null) {
        throw new StorageException(
            "the server gave no ETag for " + object + "; it must, to tell what changed");
      }
      return new StoredObject(content, new ObjectTag(tag));
    };
  }

  /** Copies the body into a new file; a later attempt begins it again. */
  static ResponseTransformer<GetObjectResponse, Long> inFile(
      String object, Path target, LongConsumer progress) {
    boolean[] created = {false};
    return (response, body) -> {
      OpenOption mode = created[0] ? TRUNCATE_EXISTING : CREATE_NEW;
      long copied;
      try (OutputStream out = Files.newOutputStream(target, mode, WRITE)) {
        created[0] = true;
        copied = copy(object, body, out, progress);
      } catch (FileAlreadyExistsException e) {
        body.abort();
        throw new StorageException(
            "could not download " + object + ": " + target + " exists already; delete it first", e);
      } catch (IOException e) {
        body.abort();
        throw new StorageException(
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
      requireLength(object, body, response.contentLength(), copied);
      return copied;
    };
  }

  private static long copy(
      String object, AbortableInputStream body, OutputStream out, LongConsumer progress)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    long copied = 0;
    while (true) {
      int read;
      try {
        read = body.read(buffer);
      } catch (IOException e) {
        throw interrupted(object, body, e);
      }
      if (read < 0) {
        return copied;
      }
      try {
        progress.accept(read);
      } catch (RuntimeException e) {
        body.abort();
        throw e;
      }
      out.write(buffer, 0, read);
      copied += read;
    }
  }

  private static void requireLength(
      String object, AbortableInputStream body, @Nullable Long expected, long found) {
    if (expected != null && expected != found) {
      IOException e = new IOException("expected " + expected + " bytes, found " + found);
      throw interrupted(object, body, e);
    }
  }

  private static RetryableException interrupted(
      String object, AbortableInputStream body, IOException e) {
    body.abort();
    return RetryableException.create("the answer ended early: " + object, e);
  }

  private static DataDamagedException tooLarge(String object, long maxBytes, String found) {
    return new DataDamagedException(
        "expected at most " + maxBytes + " bytes in " + object + ", found " + found);
  }
}
