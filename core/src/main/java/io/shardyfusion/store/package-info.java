/**
 * Object stores: one interface, {@link io.shardyfusion.store.ObjectStore}, over a directory or an
 * S3-compatible bucket, and decorators named by what they add.
 */
@NullMarked
package io.shardyfusion.store;

import org.jspecify.annotations.NullMarked;
