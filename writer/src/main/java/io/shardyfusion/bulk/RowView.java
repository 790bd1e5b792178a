package io.shardyfusion.bulk;

import java.nio.ByteBuffer;

/**
 * A view of one stored row in a direct buffer that belongs to somebody else. Mutable, reused for
 * one row after the other; not thread-safe.
 */
final class RowView {

  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private ByteBuffer owner = NOTHING;
  private ByteBuffer key = NOTHING;
  private ByteBuffer value = NOTHING;
  private ByteBuffer scratch = NOTHING;
  private ByteBuffer[] pageKeys = {};
  private ByteBuffer[] pageValues = {};
  private int start;
  private int keyBytes;
  private int valueBytes;

  /** Points to the row whose header begins at {@code start} of {@code buffer}. */
  @SuppressWarnings(
      "ReferenceEquality") // it asks whether the buffer is the same, not whether the bytes are
  void pointTo(ByteBuffer buffer, int start, int keyBytes, int valueBytes) {
    if (buffer != owner) {
      owner = buffer;
      key = buffer.duplicate();
      value = buffer.duplicate();
    }
    this.start = start;
    this.keyBytes = keyBytes;
    this.valueBytes = valueBytes;
  }

  /**
   * Points to the row whose header begins at {@code start} of {@code buffer}, which is number
   * {@code page} of {@code pages}. Makes no garbage, whichever page comes next.
   */
  void pointTo(int page, int pages, ByteBuffer buffer, int start, int keyBytes, int valueBytes) {
    if (pageKeys.length != pages) {
      pageKeys = new ByteBuffer[pages];
      pageValues = new ByteBuffer[pages];
    }
    if (pageKeys[page] == null) {
      pageKeys[page] = buffer.duplicate();
      pageValues[page] = buffer.duplicate();
    }
    owner = buffer;
    key = pageKeys[page];
    value = pageValues[page];
    this.start = start;
    this.keyBytes = keyBytes;
    this.valueBytes = valueBytes;
  }

  /**
   * A direct buffer of at least {@code size} bytes that belongs to this view, for a row that is not
   * in one piece.
   */
  ByteBuffer scratch(int size) {
    if (scratch.capacity() < size) {
      scratch = ByteBuffer.allocateDirect(Math.max(size, 2 * scratch.capacity()));
    }
    return scratch;
  }

  long order() {
    return owner.getLong(start);
  }

  boolean isDelete() {
    return valueBytes < 0;
  }

  int keyBytes() {
    return keyBytes;
  }

  /** The bytes of the whole row, header included. */
  int rowBytes() {
    return RowPages.HEADER_BYTES + keyBytes + Math.max(valueBytes, 0);
  }

  /** The key, from position to limit; valid until the view moves. */
  ByteBuffer key() {
    int at = start + RowPages.HEADER_BYTES;
    return key.limit(at + keyBytes).position(at);
  }

  /** The value, from position to limit; valid until the view moves. */
  ByteBuffer value() {
    int at = start + RowPages.HEADER_BYTES + keyBytes;
    return value.limit(at + Math.max(valueBytes, 0)).position(at);
  }

  /** The whole row, header included, from position to limit; valid until the view moves. */
  ByteBuffer row() {
    return value.limit(start + rowBytes()).position(start);
  }

  /** Compares keys byte by byte, unsigned, then orders: the later one first. */
  int compareTo(RowView other) {
    int byKey = compareKey(other);
    return byKey != 0 ? byKey : Long.compare(other.order(), order());
  }

  boolean sameKey(RowView other) {
    return keyBytes == other.keyBytes && compareKey(other) == 0;
  }

  private int compareKey(RowView other) {
    ByteBuffer mine = key();
    ByteBuffer theirs = other.key();
    int mismatch = mine.mismatch(theirs);
    if (mismatch < 0) {
      return 0;
    }
    if (mismatch >= keyBytes || mismatch >= other.keyBytes) {
      return Integer.compare(keyBytes, other.keyBytes);
    }
    return Byte.compareUnsigned(
        mine.get(mine.position() + mismatch), theirs.get(theirs.position() + mismatch));
  }
}
