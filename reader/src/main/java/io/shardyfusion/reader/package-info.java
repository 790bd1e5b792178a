/**
 * The embeddable reader: {@link io.shardyfusion.reader.ShardedReader} serves the current version of
 * a dataset from local files, and follows it as it changes.
 *
 * <pre>{@code
 * try (ShardedReader reader = ShardedReader.open(ReaderOptions.builder("s3://bucket/cities").build())) {
 *   byte[] value = reader.get(2988507L); // null: not there
 *   Map<Long, byte[]> many = reader.multiGet(List.of(1L, 2L));
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Readers and views are thread-safe, and are meant to be shared; cursors are for
 * one thread at a time. {@code close()} may be called at any time, from any thread: what is running
 * ends first, what comes later gets a {@link io.shardyfusion.ClosedException}. A reader's own
 * threads are daemons named {@code shardyfusion-…}, and end with it.
 *
 * <p><b>Ownership.</b> A reader owns its native memory, its connections, and its directory in the
 * cache, until it is closed; views and cursors end with it. The cache itself stays, for the next
 * start.
 *
 * <p><b>Errors</b> are {@link io.shardyfusion.ShardyfusionException}s, unchecked. None is
 * remembered: the next call tries again.
 */
@NullMarked
package io.shardyfusion.reader;

import org.jspecify.annotations.NullMarked;
