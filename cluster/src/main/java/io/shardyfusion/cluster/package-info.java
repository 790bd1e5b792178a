/**
 * {@code bin/cluster}: a Flink session cluster and an S3 server as plain processes of one host, on
 * 127.0.0.1 only: the topology of {@code docker-compose.yml}, with the configuration of {@code
 * flink-conf}. {@link io.shardyfusion.cluster.ClusterMain} is the entry.
 *
 * <p>One process, the {@link io.shardyfusion.cluster.Supervisor}, owns all others: it starts again
 * what dies, and everything ends with it.
 */
@NullMarked
package io.shardyfusion.cluster;

import org.jspecify.annotations.NullMarked;
