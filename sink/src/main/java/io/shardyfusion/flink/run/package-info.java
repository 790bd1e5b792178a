/**
 * One run of the sink: its settings and metrics, and which failures a restart may mend. Every
 * package of the sink comes in; a user sees {@link io.shardyfusion.flink.run.BaseSnapshot} and
 * {@link io.shardyfusion.bulk.DuplicatePolicy}.
 */
@NullMarked
package io.shardyfusion.flink.run;

import org.jspecify.annotations.NullMarked;
