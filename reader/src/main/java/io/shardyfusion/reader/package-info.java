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
 * <p><b>The swap.</b> A refresh prepares the next version beside the one that is served, which
 * answers all the while. A failure before the swap leaves everything as it was.
 *
 * <pre>
 *            the pointer names another version
 *  plan      one VersionPlan: manifest, shards, what is cached, what to fetch, the room for it
 *  fetch     the missing files, several at a time, each proved by its digest
 *  open      changed shards are laid out, opened and self-checked; unchanged ones are shared
 *    |
 *    |          version 1                          version 2
 *    |       gate open: lookups in and out      gate open, nobody comes yet
 *  swap      ------------------ one volatile write --------------------&gt;
 *    |       gate shut: the next lookup is      lookups in and out
 *    |       refused here, and goes there  ---&gt;
 *  drain     lookups inside end; views and
 *    |       cursors that pin it keep it open
 *  close     cursors, databases that no other
 *            version shares, directories
 * </pre>
 *
 * <p>A version that a view or a cursor pins keeps its gate open for them until the last pin goes,
 * or the reader is closed; then it drains and closes likewise.
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
 * <p><b>Its size.</b> Lookups, refreshing and what a service sees are in one package, as Java hides
 * classes by package only: apart, the inside of snapshots and shards would be public to every
 * service. What is on disk is in {@link io.shardyfusion.reader.cache}.
 *
 * <p><b>Errors</b> are {@link io.shardyfusion.ShardyfusionException}s, unchecked. None is
 * remembered: the next call tries again.
 */
@NullMarked
package io.shardyfusion.reader;

import org.jspecify.annotations.NullMarked;
