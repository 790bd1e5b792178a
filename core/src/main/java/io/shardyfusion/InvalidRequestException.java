package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * A configuration, option or key that cannot be used as it is: the caller must correct it. Never
 * worth a retry.
 */
public final class InvalidRequestException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the value that was found and the remedy. */
  public InvalidRequestException(String message) {
    super(message, null);
  }

  /** An exception with {@code message} and the failure behind it, if there is one. */
  public InvalidRequestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
