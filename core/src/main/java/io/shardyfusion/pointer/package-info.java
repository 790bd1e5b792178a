/**
 * Changes of a dataset's pointer, each by compare-and-set: versions are announced here. Nothing
 * else writes the pointer; reading it is {@link io.shardyfusion.dataset.Dataset}'s.
 */
@NullMarked
package io.shardyfusion.pointer;

import org.jspecify.annotations.NullMarked;
