package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * A value whose bytes are sound, but which the decoder that the caller chose does not take: the
 * writer stores something else than the caller expects. The message names the dataset, version,
 * shard and key, and the decoder's reason. Other keys may well decode; to roll the dataset back, or
 * to fetch anything again, helps only if the writer made a mistake.
 */
public final class ValueDecodeException extends ShardyfusionException {

  private static final long serialVersionUID = 1L;

  /** An exception with {@code message} and the decoder's failure, if it threw one. */
  public ValueDecodeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
