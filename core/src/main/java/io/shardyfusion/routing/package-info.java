/**
 * Routing: which shard a key belongs to. The job and the reader ask the same code, so a key is
 * looked up where it was written.
 */
@NullMarked
package io.shardyfusion.routing;

import org.jspecify.annotations.NullMarked;
