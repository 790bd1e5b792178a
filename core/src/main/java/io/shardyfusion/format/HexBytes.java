package io.shardyfusion.format;

import java.util.HexFormat;

/**
 * Bytes as the format writes them: lower-case hexadecimal. Immutable, unlike an array.
 *
 * @param hex an even number of lower-case hexadecimal digits; empty for no bytes
 */
public record HexBytes(String hex) {

  /** Checks the form. */
  public HexBytes {
    if ((hex.length() & 1) != 0) {
      throw new IllegalArgumentException(
          "expected an even number of hexadecimal digits, found " + hex.length());
    }
    for (int i = 0; i < hex.length(); i++) {
      char c = hex.charAt(i);
      if ("0123456789abcdef".indexOf(c) < 0) {
        throw new IllegalArgumentException(
            "expected lower-case hexadecimal digits, found "
                + Checks.shown(String.valueOf(c))
                + " at position "
                + i);
      }
    }
  }

  /** The hexadecimal form of {@code bytes}. */
  public static HexBytes of(byte[] bytes) {
    return new HexBytes(HexFormat.of().formatHex(bytes));
  }

  /** A new array of the bytes. */
  public byte[] toBytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
