package io.shardyfusion.reader.cache;

import io.shardyfusion.format.Pointer;
import java.time.Instant;

/**
 * A dataset's pointer as the cache has it.
 *
 * @param pointer as it was at the last successful check
 * @param checkedAt when that was, by the clock of the machine that checked
 */
public record KeptPointer(Pointer pointer, Instant checkedAt) {}
