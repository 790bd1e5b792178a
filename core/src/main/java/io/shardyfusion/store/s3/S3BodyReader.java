package io.shardyfusion.store.s3;

import io.shardyfusion.DataDamagedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads the body of a GET: a failure to read it is retried by the SDK, others are not. A body that
 * is not read to its end is aborted, as closing would read it.
 */
final class S3BodyReader {

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private S3BodyReader() {}

  /** Reads the body into memory. */
  static byte[] inMemory(
      String object, long maxBytes, GetObjectResponse response, AbortableInputStream body) {
    int limit = (int) Math.min(maxBytes, MAX_ARRAY - 1);
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
    return content;
  }

  /** Requires that the body had the length that its head said, if it said one. */
  static void requireLength(
      String object, AbortableInputStream body, @Nullable Long expected, long found) {
    if (expected != null && expected != found) {
      IOException e = new IOException("expected " + expected + " bytes, found " + found);
      throw interrupted(object, body, e);
    }
  }

  /** The exception that makes the SDK ask again after a body that could not be read. */
  static RetryableException interrupted(String object, AbortableInputStream body, IOException e) {
    body.abort();
    return RetryableException.create("the answer ended early: " + object, e);
  }

  private static DataDamagedException tooLarge(String object, long maxBytes, String found) {
    return new DataDamagedException(
        "expected at most " + maxBytes + " bytes in " + object + ", found " + found);
  }
}
