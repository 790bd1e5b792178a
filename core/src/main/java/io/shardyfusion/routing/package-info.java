/**
 * Routing: which shard a key belongs to. The job and the reader ask the same code, so a key is
 * looked up where it was written. {@link io.shardyfusion.routing.HashSharding} is here; other
 * strategies come as services, from modules of their own ({@link
 * io.shardyfusion.routing.ShardingStrategy}), and depend on this package and on keys only.
 */
@NullMarked
package io.shardyfusion.routing;

import org.jspecify.annotations.NullMarked;
