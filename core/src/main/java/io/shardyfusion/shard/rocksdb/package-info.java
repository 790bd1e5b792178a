/**
 * The parts of RocksDB that a shard is made of: loading its library, table options, table files,
 * ingestion, the files of a database, and how its errors become ours. Only {@link
 * io.shardyfusion.shard} comes in.
 */
@NullMarked
package io.shardyfusion.shard.rocksdb;

import org.jspecify.annotations.NullMarked;
