/**
 * A Flink cluster for tests: real processes on 127.0.0.1, which a test starts, submits jobs to, and
 * kills. {@link io.shardyfusion.testing.flink.FlinkCluster} is the entry.
 */
@NullMarked
package io.shardyfusion.testing.flink;

import org.jspecify.annotations.NullMarked;
