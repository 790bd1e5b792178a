package io.shardyfusion.bulk;

import java.nio.ByteBuffer;

/**
 * The first 8 bytes of a key as one signed long, so that comparing longs compares the bytes
 * unsigned. Keys of equal prefixes must be compared byte by byte: a shorter key is padded with
 * zeros.
 */
final class KeyPrefix {

  private KeyPrefix() {}

  static long of(byte[] key) {
    long prefix = 0;
    int n = Math.min(key.length, Long.BYTES);
    for (int i = 0; i < n; i++) {
      prefix |= (key[i] & 0xFFL) << (56 - 8 * i);
    }
    return prefix ^ Long.MIN_VALUE;
  }

  static long of(ByteBuffer key) {
    int at = key.position();
    int n = key.remaining();
    if (n >= Long.BYTES) {
      return key.getLong(at) ^ Long.MIN_VALUE;
    }
    long prefix = 0;
    for (int i = 0; i < n; i++) {
      prefix |= (key.get(at + i) & 0xFFL) << (56 - 8 * i);
    }
    return prefix ^ Long.MIN_VALUE;
  }
}
