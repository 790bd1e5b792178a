/**
 * News of a running input: inputs that cannot be read are named on stderr, in a metric and in the
 * run record. Every source comes in.
 */
@NullMarked
package io.shardyfusion.job.input.news;

import org.jspecify.annotations.NullMarked;
