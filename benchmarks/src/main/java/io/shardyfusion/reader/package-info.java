/** Benchmarks that reach into the package of the same name. Never deployed. */
@NullMarked
package io.shardyfusion.reader;

import org.jspecify.annotations.NullMarked;
