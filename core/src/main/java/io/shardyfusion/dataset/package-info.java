/**
 * A dataset in an object store: verified reads of the pointer, manifests, descriptors and table
 * files, and the writes that publish a snapshot. What changes the pointer is in {@link
 * io.shardyfusion.pointer}.
 */
@NullMarked
package io.shardyfusion.dataset;

import org.jspecify.annotations.NullMarked;
