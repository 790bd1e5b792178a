package io.shardyfusion.key;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A key that is bytes. Equal to one of the same content. */
public final class BytesKey implements Key {

  private final byte[] bytes;

  /** The key of those bytes, which are not copied. */
  BytesKey(byte[] bytes) {
    this.bytes = KeyEncoding.RAW.encode(bytes);
  }

  @Override
  public KeyType type() {
    return KeyType.BYTES;
  }

  @Override
  public Object value() {
    return bytes.clone();
  }

  @Override
  public byte[] stored(KeyEncoding encoding) {
    return encoding.encode(bytes);
  }

  @Override
  public byte[] canonical() {
    return bytes;
  }

  @Override
  public String text() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BytesKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return KeyText.abbreviated(HexFormat.of().formatHex(bytes));
  }
}
