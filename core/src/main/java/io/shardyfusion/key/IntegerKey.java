package io.shardyfusion.key;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A key that is a signed integer of 64 bits.
 *
 * @param number the integer
 */
public record IntegerKey(long number) implements Key {

  private static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  @Override
  public KeyType type() {
    return KeyType.LONG;
  }

  @Override
  public Object value() {
    return number;
  }

  @Override
  public byte[] stored(KeyEncoding encoding) {
    return encoding.encode(number);
  }

  @Override
  public byte[] canonical() {
    byte[] bytes = new byte[Long.BYTES];
    LITTLE_ENDIAN.set(bytes, 0, number);
    return bytes;
  }

  @Override
  public String text() {
    return Long.toString(number);
  }

  @Override
  public String toString() {
    return text();
  }
}
