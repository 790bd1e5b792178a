/**
 * A shard's RocksDB database: its table options, how a backfill builds it from sorted rows, how it
 * is described, laid out again from its files, and read. All RocksDB objects live in this package;
 * each has one owner that closes it, after its last use.
 */
@NullMarked
package io.shardyfusion.shard;

import org.jspecify.annotations.NullMarked;
