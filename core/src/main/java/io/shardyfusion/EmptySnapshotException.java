package io.shardyfusion;

/**
 * A snapshot without rows that would have replaced one with rows, where nobody said that this is
 * meant. Nothing was announced. The message says what readers would have lost, and how to allow it.
 */
public final class EmptySnapshotException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names what was found and the remedy. */
  public EmptySnapshotException(String message) {
    super(message, null);
  }
}
