package io.shardyfusion.job.input.rows;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches in byte arrays, eight bytes at a time. */
public final class ByteSearch {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private ByteSearch() {}

  /** The index of the first {@code wanted} in {@code [from, to)}, or -1. */
  public static int indexOf(byte[] data, int from, int to, byte wanted) {
    long pattern = ONES * (wanted & 0xFF);
    int i = from;
    for (int end = to - Long.BYTES; i <= end; i += Long.BYTES) {
      long found = zeroBytes((long) LONGS.get(data, i) ^ pattern);
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (data[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** The index of the first {@code a} or {@code b} in {@code [from, to)}, or -1. */
  public static int indexOfEither(byte[] data, int from, int to, byte a, byte b) {
    long patternA = ONES * (a & 0xFF);
    long patternB = ONES * (b & 0xFF);
    int i = from;
    for (int end = to - Long.BYTES; i <= end; i += Long.BYTES) {
      long word = (long) LONGS.get(data, i);
      long found = zeroBytes(word ^ patternA) | zeroBytes(word ^ patternB);
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (data[i] == a || data[i] == b) {
        return i;
      }
    }
    return -1;
  }

  /** The number of times that {@code wanted} occurs in {@code [from, to)}. */
  public static int count(byte[] data, int from, int to, byte wanted) {
    int count = 0;
    for (int i = from; i < to; i++) {
      if (data[i] == wanted) {
        count++;
      }
    }
    return count;
  }

  /** The index of the first byte in {@code [from, to)} that is not ASCII, or {@code to}. */
  static int endOfAscii(byte[] data, int from, int to) {
    int i = from;
    for (int end = to - Long.BYTES; i <= end; i += Long.BYTES) {
      long high = (long) LONGS.get(data, i) & HIGHS;
      if (high != 0) {
        return i + (Long.numberOfTrailingZeros(high) >>> 3);
      }
    }
    while (i < to && data[i] >= 0) {
      i++;
    }
    return i;
  }

  /** The high bit of the first byte that is zero is set; of bytes after it, perhaps too. */
  private static long zeroBytes(long word) {
    return (word - ONES) & ~word & HIGHS;
  }
}
