package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * The storage did not do what it was asked to do: unreachable, denied, full, or failing after the
 * retries. The state of the dataset is as before, unless {@link AmbiguousWriteException} says
 * otherwise.
 */
public sealed class StorageException extends ShardyfusionException permits AmbiguousWriteException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the value that was found and the remedy. */
  public StorageException(String message) {
    super(message, null);
  }

  /** An exception with {@code message} and the failure behind it, if there is one. */
  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
