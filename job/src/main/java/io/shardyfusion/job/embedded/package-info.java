/**
 * Flink inside this process: a cluster of one for {@code run}, which listens to nobody and leaves
 * nothing behind, and the restarts that it makes. The job, the command line and benchmarks come in.
 */
@NullMarked
package io.shardyfusion.job.embedded;

import org.jspecify.annotations.NullMarked;
