package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * The asked-for thing is not there: a dataset without a snapshot, or a version that is not in the
 * history.
 */
public final class NotFoundException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the value that was found and the remedy. */
  public NotFoundException(String message) {
    super(message, null);
  }

  /** An exception with {@code message} and the failure behind it, if there is one. */
  public NotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
