package io.shardyfusion.format;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of keys, short enough for a manifest. A key of at most {@link Limits#MAX_KEY_BOUND_BYTES}
 * bytes is its own bound. A longer key's lower bound is its first bytes; its upper bound is the
 * same with the last byte that is not 0xFF raised by one and cut after it, or unknown if every one
 * of them is 0xFF.
 */
final class KeyBounds {

  private KeyBounds() {}

  static @Nullable HexBytes lower(@Nullable HexBytes key) {
    if (key == null || fits(key)) {
      return key;
    }
    return new HexBytes(key.hex().substring(0, 2 * Limits.MAX_KEY_BOUND_BYTES));
  }

  static @Nullable HexBytes upper(@Nullable HexBytes key) {
    if (key == null || fits(key)) {
      return key;
    }
    byte[] bound = Arrays.copyOf(key.toBytes(), Limits.MAX_KEY_BOUND_BYTES);
    for (int last = bound.length - 1; last >= 0; last--) {
      if (bound[last] != (byte) 0xFF) {
        bound[last]++;
        return HexBytes.of(Arrays.copyOf(bound, last + 1));
      }
    }
    return null;
  }

  private static boolean fits(HexBytes key) {
    return key.hex().length() <= 2 * Limits.MAX_KEY_BOUND_BYTES;
  }
}
