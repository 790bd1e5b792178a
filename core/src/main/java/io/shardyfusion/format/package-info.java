/**
 * The format, version 1: the pointer, manifests, shard descriptors and run records as values, their
 * strict and bounded JSON parsing, and the layout that owns every path. The contract is {@code
 * docs/format-spec.md}. Also how binary forms are read as strictly, which is not part of that
 * contract. Nothing here does input or output.
 *
 * <p><b>Its size.</b> Each document is several small values with a parser; they refer to each
 * other, and share checks that nobody else may use.
 */
@NullMarked
package io.shardyfusion.format;

import org.jspecify.annotations.NullMarked;
