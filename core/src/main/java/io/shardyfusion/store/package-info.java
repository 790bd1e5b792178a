/**
 * Object stores: the interface {@link io.shardyfusion.store.ObjectStore}, the outcomes of its
 * calls, the options that every store takes, and decorators named by what they add. Everybody may
 * come in; nothing here knows a particular store.
 */
@NullMarked
package io.shardyfusion.store;

import org.jspecify.annotations.NullMarked;
