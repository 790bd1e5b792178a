package io.shardyfusion.reader;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A range of stored keys in unsigned order. Immutable, as long as nobody writes to the arrays. */
final class StoredRange {

  private final byte[] lower;
  private final byte @Nullable [] upper;

  /**
   * The keys from {@code lower} to before {@code upper}.
   *
   * @param lower empty for no bound
   * @param upper null for no bound
   */
  StoredRange(byte[] lower, byte @Nullable [] upper) {
    this.lower = lower;
    this.upper = upper;
  }

  byte[] lower() {
    return lower;
  }

  /** Returns whether {@code storedKey}, which is not before the lower bound, is in the range. */
  boolean endsAfter(byte[] storedKey) {
    return upper == null || Arrays.compareUnsigned(storedKey, upper) < 0;
  }

  /**
   * Returns whether a key from {@code min} to {@code max}, null for no bound, can be in the range.
   */
  boolean meets(byte @Nullable [] min, byte @Nullable [] max) {
    if (upper != null) {
      byte[] first = min != null && Arrays.compareUnsigned(min, lower) > 0 ? min : lower;
      if (Arrays.compareUnsigned(first, upper) >= 0) {
        return false;
      }
    }
    return max == null || Arrays.compareUnsigned(lower, max) <= 0;
  }

  /**
   * The first key after all that start with {@code prefix}; null if there is none, as after FF FF.
   */
  static byte @Nullable [] afterPrefix(byte[] prefix) {
    for (int last = prefix.length - 1; last >= 0; last--) {
      if (prefix[last] != (byte) 0xFF) {
        byte[] end = Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return end;
      }
    }
    return null;
  }
}
