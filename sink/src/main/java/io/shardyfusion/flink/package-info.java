/**
 * The Flink sink: operators that build shards, and the two-phase-commit sink that announces them.
 * Classes here run inside Flink tasks.
 */
@NullMarked
package io.shardyfusion.flink;

import org.jspecify.annotations.NullMarked;
