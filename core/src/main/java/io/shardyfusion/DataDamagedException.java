package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not what they should be: an object that is missing, truncated or altered, a digest
 * that differs, a document that breaks the format, or an input row that cannot be read. The message
 * names the object or line, what was expected and what was found.
 */
public final class DataDamagedException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the value that was found and the remedy. */
  public DataDamagedException(String message) {
    super(message, null);
  }

  /** An exception with {@code message} and the failure behind it, if there is one. */
  public DataDamagedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
