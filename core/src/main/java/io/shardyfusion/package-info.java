/**
 * The root of shardyfusion: the exceptions that every module throws.
 *
 * <p>All of them extend {@link io.shardyfusion.ShardyfusionException} and are unchecked. The
 * subclass tells the caller what to do; the message carries the values.
 */
@NullMarked
package io.shardyfusion;

import org.jspecify.annotations.NullMarked;
