/**
 * The operators that publish: a checkpoint's reports become a manifest, and its commit announces
 * it; the lease of the run is renewed meanwhile. What a savepoint holds of that is laid out here.
 */
@NullMarked
package io.shardyfusion.flink.publishing;

import org.jspecify.annotations.NullMarked;
