package io.shardyfusion.cli.measuring;

import java.util.SplittableRandom;

/**
 * Rows that cost next to nothing to make: the n-th has an 8-byte key, unlike all others and in no
 * order, and 100 bytes of value, half of which compress away. Always the same.
 */
public final class GeneratedRows {

  private static final int HALF_BYTES = 50;
  private static final int POOL_BITS = 20;
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;
  private static final long INVERSE = inverse(FACTOR);
  private static final byte[] POOL = new byte[(1 << POOL_BITS) + HALF_BYTES];

  static {
    new SplittableRandom(20260101).nextBytes(POOL);
  }

  private GeneratedRows() {}

  /** The key of the n-th row. */
  public static long key(long n) {
    return n * FACTOR;
  }

  /** The n whose row has that key. */
  public static long row(long key) {
    return key * INVERSE;
  }

  /** By Newton's method: each step doubles the bits that are right. */
  private static long inverse(long odd) {
    long inverse = odd;
    while (inverse * odd != 1) {
      inverse *= 2 - inverse * odd;
    }
    return inverse;
  }

  /** The value of the n-th row: random bytes, twice. */
  public static byte[] value(long n) {
    int from = (int) ((n * 0xD1B5_4A32_D192_ED03L) >>> (Long.SIZE - POOL_BITS));
    byte[] value = new byte[2 * HALF_BYTES];
    System.arraycopy(POOL, from, value, 0, HALF_BYTES);
    System.arraycopy(POOL, from, value, HALF_BYTES, HALF_BYTES);
    return value;
  }
}
