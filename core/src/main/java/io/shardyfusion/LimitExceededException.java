package io.shardyfusion;

/**
 * More was asked than a limit allows at this time. Nothing is wrong: ask later or less, or raise
 * the limit.
 */
public final class LimitExceededException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message}, which names the limit and the remedy. */
  public LimitExceededException(String message) {
    super(message, null);
  }
}
