package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/** The object was closed before or while it was used. */
public final class ClosedException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the value that was found and the remedy. */
  public ClosedException(String message) {
    super(message, null);
  }

  /** An exception with {@code message} and the failure behind it, if there is one. */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
