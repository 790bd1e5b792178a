package io.shardyfusion.job.input.rows;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut off. */
public final class Utf8 {

  private Utf8() {}

  /**
   * The index of the first byte in {@code [from, to)} that begins no valid sequence, or -1 if all
   * are valid.
   */
  public static int firstInvalid(byte[] data, int from, int to) {
    int i = from;
    while ((i = ByteSearch.endOfAscii(data, i, to)) < to) {
      int length = sequenceLength(data, i, to);
      if (length == 0) {
        return i;
      }
      i += length;
    }
    return -1;
  }

  /**
   * Throws if the row is not valid, or begins with a byte order mark: only a file may, and nobody
   * would see it in a key.
   */
  public static void check(RawRow row) throws BadRowException {
    if (startsWithByteOrderMark(row.data, row.from, row.to)) {
      throw new BadRowException(
          null,
          "it begins with a byte order mark (U+FEFF)"
              + (row.origin instanceof RowOrigin.InFile
                  ? ": are two files joined in this one?"
                  : "; leave that out"));
    }
    check(row.data, row.from, row.to);
  }

  /** Returns whether the bytes {@code [from, to)} begin with a byte order mark. */
  public static boolean startsWithByteOrderMark(byte[] data, int from, int to) {
    return to - from >= 3
        && data[from] == (byte) 0xEF
        && data[from + 1] == (byte) 0xBB
        && data[from + 2] == (byte) 0xBF;
  }

  /** Throws if the row {@code [from, to)} is not valid. */
  public static void check(byte[] data, int from, int to) throws BadRowException {
    int invalid = firstInvalid(data, from, to);
    if (invalid >= 0) {
      throw new BadRowException(
          null,
          String.format(
              Locale.ROOT,
              "invalid UTF-8 at byte %d of the row: 0x%02X",
              invalid - from,
              data[invalid] & 0xFF));
    }
  }

  /** The bytes of {@code text}; it must have no unpaired surrogate. */
  static byte[] encode(String text) throws CharacterCodingException {
    ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  /**
   * The length of the sequence that begins at {@code i}, which is not ASCII; 0 if it is not valid.
   */
  private static int sequenceLength(byte[] data, int i, int to) {
    int first = data[i] & 0xFF;
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (to - i < length) {
      return 0;
    }
    int second = data[i + 1] & 0xFF;
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int k = 2; k < length; k++) {
      if ((data[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
