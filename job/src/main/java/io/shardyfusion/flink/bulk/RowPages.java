package io.shardyfusion.flink.bulk;

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

  private static final int DELETE = -1;

  private final ByteBuffer[] pages;
  private final int pageBytes;
  private long end;

  /**
   * Pages for rows.
   *
   * @param pages direct buffers of one size, a multiple of {@link #ALIGNMENT}
   */
  RowPages(List<ByteBuffer> pages) {
    this.pages =
        pages.stream()
            .map(p -> p.duplicate().order(ByteOrder.BIG_ENDIAN))
            .toArray(ByteBuffer[]::new);
    this.pageBytes = this.pages[0].capacity();
    if (pageBytes % ALIGNMENT != 0 || capacity() / ALIGNMENT > Integer.MAX_VALUE) {
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
    ByteBuffer page = pages[(int) (start / pageBytes)];
    int at = (int) (start % pageBytes);
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
    return pages[(int) (start / pageBytes)].getLong((int) (start % pageBytes));
  }

  /** Points {@code row} to the row at {@code address}. It is valid until {@link #clear()}. */
  void read(int address, RowView row) {
    long start = start(address);
    int index = (int) (start / pageBytes);
    int at = (int) (start % pageBytes);
    ByteBuffer page = pages[index];
    int keyBytes = page.getInt(at + 8);
    int valueBytes = page.getInt(at + 12);
    int size = HEADER_BYTES + keyBytes + Math.max(valueBytes, 0);
    if (size <= pageBytes - at) {
      row.pointTo(page, at, keyBytes, valueBytes);
    } else {
      ByteBuffer whole = row.scratch(size);
      gather(start, size, whole);
      row.pointTo(whole, 0, keyBytes, valueBytes);
    }
  }

  private static long start(int address) {
    return (long) address * ALIGNMENT;
  }

  private void put(long start, byte[] bytes, int length) {
    long to = start;
    int from = 0;
    while (from < length) {
      int at = (int) (to % pageBytes);
      int n = Math.min(length - from, pageBytes - at);
      pages[(int) (to / pageBytes)].put(at, bytes, from, n);
      from += n;
      to += n;
    }
  }

  private void gather(long start, int size, ByteBuffer target) {
    long from = start;
    int copied = 0;
    while (copied < size) {
      int at = (int) (from % pageBytes);
      int n = Math.min(size - copied, pageBytes - at);
      target.put(copied, pages[(int) (from / pageBytes)], at, n);
      copied += n;
      from += n;
    }
  }
}
