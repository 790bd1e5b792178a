/**
 * The input of a job, and the way from rows to keys and values, as its user says it: immutable
 * values that check themselves. The command line makes them; everything under {@code job.input} may
 * read them.
 */
@NullMarked
package io.shardyfusion.job.input.options;

import org.jspecify.annotations.NullMarked;
