/**
 * A dataset in an object store: verified reads of the pointer, manifests, descriptors and table
 * files, and the writes that publish and announce a snapshot.
 */
@NullMarked
package io.shardyfusion.dataset;

import org.jspecify.annotations.NullMarked;
