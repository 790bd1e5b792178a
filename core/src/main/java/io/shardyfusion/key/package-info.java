/**
 * Keys: {@link io.shardyfusion.key.Key} with its types, how it is stored, the canonical bytes that
 * routing hashes, and the text that people write. Whoever has a key of unknown type asks it, rather
 * than its class. Pure functions, thread-safe.
 */
@NullMarked
package io.shardyfusion.key;

import org.jspecify.annotations.NullMarked;
