package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * A conditional write whose outcome is unknown: the storage answered with an error, or not at all,
 * but the write may have taken effect. The caller must read the object again before it decides.
 */
public final class AmbiguousWriteException extends StorageException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message} and the failure that hid the outcome. */
  public AmbiguousWriteException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
