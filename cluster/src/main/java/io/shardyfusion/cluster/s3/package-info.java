/**
 * The S3 server, which runs in a process of its own: {@code bin/cluster} and the servers of tests
 * start its main class.
 */
@NullMarked
package io.shardyfusion.cluster.s3;

import org.jspecify.annotations.NullMarked;
