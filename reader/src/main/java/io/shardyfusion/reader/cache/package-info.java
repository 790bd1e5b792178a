/**
 * The reader's files on local disk: which of them are kept, how they are found, fetched within
 * limits, checked again and swept, and how processes share a directory or have one of their own.
 * {@link io.shardyfusion.reader} comes in; a service sees {@link
 * io.shardyfusion.reader.cache.CacheLimits}.
 */
@NullMarked
package io.shardyfusion.reader.cache;

import org.jspecify.annotations.NullMarked;
