/**
 * Keys: their types, how they are stored, and the canonical bytes that routing hashes. Pure
 * functions, thread-safe.
 */
@NullMarked
package io.shardyfusion.key;

import org.jspecify.annotations.NullMarked;
