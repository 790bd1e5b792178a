/**
 * Streams of changes whose content at every prefix is known, and the oracle that says whether a
 * snapshot is such a prefix.
 */
@NullMarked
package io.shardyfusion.testing.changes;

import org.jspecify.annotations.NullMarked;
