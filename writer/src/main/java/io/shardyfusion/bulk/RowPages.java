package io.shardyfusion.bulk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in memory pages, one after the other. A row lies within one page, or, if it is larger than
 * what a page has left, begins at the start of the next and may span several. Reused after {@link
 * #clear()}; not thread-safe.
 *
 * <p>A row is stored as: order (8 bytes), key length (4), value length (4; -1 for a delete), key,
 * value; big-endian. Rows begin at multiples of {@link #ALIGNMENT}, so an address fits an {@code
 * int}.
 */
final class RowPages {

  /** Rows begin at multiples of this many bytes. */
  static final int ALIGNMENT = 8;

  /** The bytes of a row before its key. */
  static final int HEADER_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES;

  /** Stands for the length of a value where the row deletes its key. */
  static final int DELETE = -1;

  private static final int CACHE_LINE_BYTES = 64;

  private final ByteBuffer[] pages;
  private final int pageBytes;
  private final int pageShift;
  private final int pageMask;
  private long end;

  /**
   * Pages for rows.
   *
   * @param pages direct buffers of one size, a power of two
   */
  RowPages(List<ByteBuffer> pages) {
    this.pages =
        pages.stream()
            .map(p -> p.duplicate().order(ByteOrder.BIG_ENDIAN))
            .toArray(ByteBuffer[]::new);
    this.pageBytes = this.pages[0].capacity();
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    this.pageMask = pageBytes - 1;
    if (Integer.bitCount(pageBytes) != 1
        || pageBytes < ALIGNMENT
        || capacity() / ALIGNMENT > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          pages.size() + " pages of " + pageBytes + " bytes cannot be addressed");
    }
  }

  /** The bytes of all pages. */
  long capacity() {
    return (long) pages.length * pageBytes;
  }

  /** The bytes that a row takes up, without alignment. */
  static long rowBytes(byte[] key, byte @Nullable [] value) {
    return (long) HEADER_BYTES + key.length + (value == null ? 0 : value.length);
  }

  /** Adds a row and returns its address, or -1 if it does not fit any more. */
  int add(long order, byte[] key, byte @Nullable [] value) {
    int valueBytes = value == null ? 0 : value.length;
    long size = rowBytes(key, value);
    long start = end;
    if (size > pageBytes - start % pageBytes && start % pageBytes != 0) {
      start += pageBytes - start % pageBytes;
    }
    if (start + size > capacity()) {
      return -1;
    }
    ByteBuffer page = pages[(int) (start >>> pageShift)];
    int at = ((int) start & pageMask);
    page.putLong(at, order);
    page.putInt(at + 8, key.length);
    page.putInt(at + 12, value == null ? DELETE : valueBytes);
    put(start + HEADER_BYTES, key, key.length);
    if (value != null) {
      put(start + HEADER_BYTES + key.length, value, valueBytes);
    }
    end = (start + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return (int) (start / ALIGNMENT);
  }

  /** Forgets all rows. */
  void clear() {
    end = 0;
  }

  /** The order of the row at {@code address}. */
  long order(int address) {
    long start = start(address);
    return pages[(int) (start >>> pageShift)].getLong(((int) start & pageMask));
  }

  /** Points {@code row} to the row at {@code address}. It is valid until {@link #clear()}. */
  void read(int address, RowView row) {
    long start = start(address);
    int index = (int) (start >>> pageShift);
    int at = ((int) start & pageMask);
    ByteBuffer page = pages[index];
    int keyBytes = page.getInt(at + 8);
    int valueBytes = page.getInt(at + 12);
    int size = HEADER_BYTES + keyBytes + Math.max(valueBytes, 0);
    if (size <= pageBytes - at) {
      row.pointTo(index, pages.length, page, at, keyBytes, valueBytes);
    } else {
      ByteBuffer whole = row.scratch(size);
      gather(start, size, whole);
      row.pointTo(whole, 0, keyBytes, valueBytes);
    }
  }

  /**
   * Reads a little of each row at {@code addresses[from, to)}. They lie anywhere in memory, and
   * loads that do not wait for each other let the processor fetch many at a time; the reads of one
   * row after the other that follow find them in its cache.
   *
   * @return something that depends on what was read, so that it is read
   */
  int prefetch(long[] addresses, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      long start = start((int) addresses[i]);
      ByteBuffer page = pages[(int) (start >>> pageShift)];
      int at = (int) start & pageMask;
      sum += page.get(at) + page.get(Math.min(at + CACHE_LINE_BYTES, pageMask));
    }
    return sum;
  }

  private static long start(int address) {
    return (long) address * ALIGNMENT;
  }

  private void put(long start, byte[] bytes, int length) {
    long to = start;
    int from = 0;
    while (from < length) {
      int at = ((int) to & pageMask);
      int n = Math.min(length - from, pageBytes - at);
      pages[(int) (to >>> pageShift)].put(at, bytes, from, n);
      from += n;
      to += n;
    }
  }

  private void gather(long start, int size, ByteBuffer target) {
    long from = start;
    int copied = 0;
    while (copied < size) {
      int at = ((int) from & pageMask);
      int n = Math.min(size - copied, pageBytes - at);
      target.put(copied, pages[(int) (from >>> pageShift)], at, n);
      copied += n;
      from += n;
    }
  }
}
