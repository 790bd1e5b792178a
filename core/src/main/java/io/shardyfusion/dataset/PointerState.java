package io.shardyfusion.dataset;

import io.shardyfusion.format.Pointer;
import io.shardyfusion.store.ObjectTag;

/**
 * The pointer as it was read.
 *
 * @param pointer its content
 * @param tag identifies this content, for the compare-and-set that replaces it
 */
public record PointerState(Pointer pointer, ObjectTag tag) {}
