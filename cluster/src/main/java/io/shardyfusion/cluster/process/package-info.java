/**
 * Processes of one host: the start of a JVM, its end with that of its owner, its log; ports. It
 * knows nothing of Flink.
 */
@NullMarked
package io.shardyfusion.cluster.process;

import org.jspecify.annotations.NullMarked;
