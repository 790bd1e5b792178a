/**
 * Versions of a dataset as a whole, without a reader: {@link io.shardyfusion.snapshot.FetchedShard}
 * fetches one shard into a directory and reads its rows, and {@link
 * io.shardyfusion.snapshot.SnapshotVerifier} checks all that a version consists of. For jobs that
 * restore, and for tools; a service looks keys up with a reader instead.
 *
 * <p>No type of the database engine is in a signature here. Nothing here knows the command line,
 * Flink or the reader.
 */
@NullMarked
package io.shardyfusion.snapshot;

import org.jspecify.annotations.NullMarked;
