package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/** Another writer moved or holds the dataset. The message says who, and what to do. */
public final class ConflictException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the value that was found and the remedy. */
  public ConflictException(String message) {
    super(message, null);
  }

  /** An exception with {@code message} and the failure behind it, if there is one. */
  public ConflictException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
