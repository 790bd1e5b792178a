/**
 * Flink as files and processes: its jars, the directory that a cluster of it has, its settings, its
 * REST interface. {@code bin/cluster} and the clusters of tests use it.
 */
@NullMarked
package io.shardyfusion.cluster.flink;

import org.jspecify.annotations.NullMarked;
