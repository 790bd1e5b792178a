package io.shardyfusion.store;

import java.time.Instant;

/**
 * The facts that a store knows about an object without reading it.
 *
 * @param key relative to the store's root
 * @param size in bytes
 * @param modified when it was last written, by the store's clock; fractions of a second may be
 *     missing
 */
public record ObjectInfo(String key, long size, Instant modified) {}
