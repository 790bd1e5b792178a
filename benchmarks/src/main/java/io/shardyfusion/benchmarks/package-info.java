/** Benchmarks. */
@NullMarked
package io.shardyfusion.benchmarks;

import org.jspecify.annotations.NullMarked;
