/**
 * The writer without Flink, for small datasets, tools and tests: {@link
 * io.shardyfusion.writer.SnapshotWriter}. Everyone may come in.
 *
 * <pre>
 *  put, delete ──► route ──► a range of shards ──► publish: each range builds its shards and
 *  many threads    shard      sorts in bounded      uploads them; then the manifest is stored
 *                             memory, spills        and announced
 * </pre>
 */
@NullMarked
package io.shardyfusion.writer;

import org.jspecify.annotations.NullMarked;
