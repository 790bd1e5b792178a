/**
 * The store in a local directory: atomic writes by rename, conditional ones under a lock. Only
 * {@link io.shardyfusion.store.open} comes in.
 */
@NullMarked
package io.shardyfusion.store.local;

import org.jspecify.annotations.NullMarked;
