/** Opens a store by its URI: the one place that knows every kind of store. */
@NullMarked
package io.shardyfusion.store.open;

import org.jspecify.annotations.NullMarked;
