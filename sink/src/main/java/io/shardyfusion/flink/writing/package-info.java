/**
 * The operators that write shards: how a backfill builds them, how a continuous job updates them at
 * a checkpoint and keeps their state, and how their files are uploaded.
 */
@NullMarked
package io.shardyfusion.flink.writing;

import org.jspecify.annotations.NullMarked;
