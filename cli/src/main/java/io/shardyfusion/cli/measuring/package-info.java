/**
 * Means to measure with: datasets of generated rows, a backfill of them, readers on counted stores,
 * threads that look keys up, and figures. {@code cli.cloudcheck} and the module {@code benchmarks}
 * come in.
 */
@NullMarked
package io.shardyfusion.cli.measuring;

import org.jspecify.annotations.NullMarked;
