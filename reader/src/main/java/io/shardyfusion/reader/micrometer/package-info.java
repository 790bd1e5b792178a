/**
 * Reports a reader's metrics to Micrometer, which is an optional dependency: add {@code
 * io.micrometer:micrometer-core} to use it.
 */
@NullMarked
package io.shardyfusion.reader.micrometer;

import org.jspecify.annotations.NullMarked;
