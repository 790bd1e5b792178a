/**
 * The database of a shard as its callers see it: build, update, lay out, look up and iterate. No
 * type of an engine is in a signature here; the engine is in {@link io.shardyfusion.shard.rocksdb}.
 * Each object has one owner that closes it, after its last use.
 */
@NullMarked
package io.shardyfusion.shard;

import org.jspecify.annotations.NullMarked;
