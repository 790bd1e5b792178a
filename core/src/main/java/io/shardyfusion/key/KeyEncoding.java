package io.shardyfusion.key;

import io.shardyfusion.InvalidRequestException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form in which a key is stored in the shard databases, independent of how it is routed. Byte
 * order is unsigned, so {@code i64} flips the sign bit to make byte order numeric order.
 *
 * <p>A key of another type, or out of the encoding's range, is an {@link InvalidRequestException}
 * that names the key; never a silent miss.
 */
public enum KeyEncoding {
  /** A signed 64-bit integer, big-endian with its sign bit flipped. 8 bytes. */
  I64(KeyType.LONG),
  /** An integer in {@code [0, 2^63)}, big-endian. 8 bytes. */
  U64BE(KeyType.LONG),
  /** An integer in {@code [0, 2^32)}, big-endian. 4 bytes. */
  U32BE(KeyType.LONG),
  /** Text as UTF-8. */
  UTF8(KeyType.STRING),
  /** Bytes as they are. */
  RAW(KeyType.BYTES);

  /** The longest stored key, in bytes: 64 KiB. */
  public static final int MAX_KEY_BYTES = 1 << 16;

  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final long MAX_U32 = 0xFFFF_FFFFL;

  private final KeyType type;

  KeyEncoding(KeyType type) {
    this.type = type;
  }

  /** The type of the keys that this encoding stores. */
  public KeyType type() {
    return type;
  }

  /** The name in manifests and options, for example {@code i64}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The encoding of that {@linkplain #externalName() name}.
   *
   * @throws InvalidRequestException if there is none
   */
  public static KeyEncoding of(String externalName) {
    for (KeyEncoding encoding : values()) {
      if (encoding.externalName().equals(externalName)) {
        return encoding;
      }
    }
    throw new InvalidRequestException(
        "unknown key encoding '"
            + KeyText.abbreviated(externalName)
            + "'; expected one of i64, u64be, u32be, utf8, raw");
  }

  /**
   * The stored bytes of an integer key.
   *
   * @throws InvalidRequestException if this encoding does not store integers, or not this one
   */
  public byte[] encode(long key) {
    switch (this) {
      case I64 -> {
        return bigEndian(key ^ Long.MIN_VALUE);
      }
      case U64BE -> {
        if (key < 0) {
          throw outOfRange(key, "0 to 9223372036854775807");
        }
        return bigEndian(key);
      }
      case U32BE -> {
        if (key < 0 || key > MAX_U32) {
          throw outOfRange(key, "0 to 4294967295");
        }
        int k = (int) key;
        return new byte[] {(byte) (k >>> 24), (byte) (k >>> 16), (byte) (k >>> 8), (byte) k};
      }
      default -> throw wrongType("the integer key " + key);
    }
  }

  /**
   * The stored bytes of a text key.
   *
   * @throws InvalidRequestException if this encoding does not store text, the key has an unpaired
   *     surrogate, or it is longer than {@link #MAX_KEY_BYTES}
   */
  public byte[] encode(String key) {
    if (this != UTF8) {
      throw wrongType("the string key '" + KeyText.abbreviated(key) + "'");
    }
    return checkedLength(utf8(key));
  }

  /**
   * The stored bytes of a binary key: {@code key} itself, not a copy.
   *
   * @throws InvalidRequestException if this encoding does not store bytes, or the key is longer
   *     than {@link #MAX_KEY_BYTES}
   */
  public byte[] encode(byte[] key) {
    if (this != RAW) {
      throw wrongType("the bytes key " + KeyText.abbreviated(HexFormat.of().formatHex(key)));
    }
    return checkedLength(key);
  }

  /**
   * The key that was stored as {@code stored}, of this encoding's {@linkplain #type() type}.
   *
   * @param stored must not be changed afterwards
   * @throws InvalidRequestException if no key of this encoding has these bytes
   */
  public Key decode(byte[] stored) {
    return switch (this) {
      case I64, U64BE, U32BE -> new IntegerKey(decodeLong(stored));
      case UTF8 -> new TextKey(decodeUtf8(stored), stored);
      case RAW -> new BytesKey(stored);
    };
  }

  /**
   * The integer key that was stored as {@code stored}.
   *
   * @throws InvalidRequestException if no integer key of this encoding has these bytes
   */
  public long decodeLong(byte[] stored) {
    int width = this == U32BE ? Integer.BYTES : Long.BYTES;
    if (type != KeyType.LONG || stored.length != width) {
      throw notStoredByThis(stored, null);
    }
    long value = 0;
    for (byte b : stored) {
      value = value << 8 | (b & 0xFF);
    }
    if (this == U64BE && value < 0) {
      throw notStoredByThis(stored, null);
    }
    return this == I64 ? value ^ Long.MIN_VALUE : value;
  }

  private String decodeUtf8(byte[] stored) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(stored)).toString();
    } catch (CharacterCodingException e) {
      throw notStoredByThis(stored, e);
    }
  }

  private static byte[] utf8(String key) {
    // getBytes is several times faster, but replaces an unpaired surrogate instead of refusing it.
    return hasSurrogate(key) ? strictUtf8(key) : key.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean hasSurrogate(String key) {
    for (int i = 0; i < key.length(); i++) {
      if (Character.isSurrogate(key.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static byte[] strictUtf8(String key) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(key));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new InvalidRequestException(
          "the string key '"
              + KeyText.abbreviated(key)
              + "' holds an unpaired surrogate and has no UTF-8 form",
          e);
    }
  }

  private static byte[] bigEndian(long k) {
    byte[] bytes = new byte[Long.BYTES];
    BIG_ENDIAN.set(bytes, 0, k);
    return bytes;
  }

  private static byte[] checkedLength(byte[] stored) {
    if (stored.length > MAX_KEY_BYTES) {
      throw new InvalidRequestException(
          "a key of "
              + stored.length
              + " bytes is longer than the limit of "
              + MAX_KEY_BYTES
              + " bytes");
    }
    return stored;
  }

  private InvalidRequestException outOfRange(long key, String range) {
    return new InvalidRequestException(
        "the key "
            + key
            + " is out of the range of the key encoding "
            + externalName()
            + ": "
            + range);
  }

  private InvalidRequestException wrongType(String what) {
    return new InvalidRequestException(
        what
            + " does not fit the key encoding "
            + externalName()
            + ", whose keys are of type "
            + type.externalName());
  }

  private InvalidRequestException notStoredByThis(byte[] stored, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "the bytes "
            + KeyText.abbreviated(HexFormat.of().formatHex(stored))
            + " are no key of the encoding "
            + externalName(),
        cause);
  }
}
