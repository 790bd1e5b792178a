package io.shardyfusion.key;

import io.shardyfusion.InvalidRequestException;
import org.jspecify.annotations.Nullable;

/**
 * A key as callers have it: an integer, text or bytes. An immutable value; what can be asked of it
 * is all that a {@linkplain KeyType type of keys} must answer.
 *
 * <p>A key has three forms besides its {@linkplain #value() value}: the {@linkplain #stored bytes
 * that are stored}, which depend on the dataset's encoding; the {@linkplain #canonical() bytes that
 * are hashed}, which do not; and its {@linkplain #text() text}, which people and files write.
 */
public sealed interface Key permits IntegerKey, TextKey, BytesKey {

  /** An integer key. */
  static Key of(long key) {
    return new IntegerKey(key);
  }

  /**
   * A text key.
   *
   * @throws InvalidRequestException if it has an unpaired surrogate, or is longer than {@link
   *     KeyEncoding#MAX_KEY_BYTES} in UTF-8
   */
  static Key of(String key) {
    return new TextKey(key);
  }

  /**
   * A binary key; the bytes are copied.
   *
   * @throws InvalidRequestException if it is longer than {@link KeyEncoding#MAX_KEY_BYTES}
   */
  static Key of(byte[] key) {
    return new BytesKey(key.clone());
  }

  /**
   * A key whose class is known only when it is there: a {@link Long} or smaller integer, a {@link
   * String}, a {@code byte[]}, or a {@link Key}.
   *
   * @throws InvalidRequestException if it is null, of another class, or no key
   */
  static Key ofObject(@Nullable Object key) {
    if (key instanceof Long
        || key instanceof Integer
        || key instanceof Short
        || key instanceof Byte) {
      return new IntegerKey(((Number) key).longValue());
    }
    if (key instanceof String text) {
      return new TextKey(text);
    }
    if (key instanceof byte[] bytes) {
      return of(bytes);
    }
    if (key instanceof Key ready) {
      return ready;
    }
    throw new InvalidRequestException(
        (key == null
                ? "a null key"
                : "the key '"
                    + KeyText.abbreviated(String.valueOf(key))
                    + "' of "
                    + key.getClass().getName())
            + " cannot be used: a key is a Long, a String or a byte[]");
  }

  /**
   * The key that a person wrote: decimal, leading zeros allowed, for an integer; the text itself
   * for text; base64, with or without its padding, for bytes.
   *
   * @throws InvalidRequestException if the text writes no key of that type
   */
  static Key parse(KeyType type, String text) {
    return KeyText.parse(type, text);
  }

  /**
   * The key whose {@linkplain #text() text}, in UTF-8, is {@code [from, to)}. As {@link #parse},
   * but one key has one spelling, so that equal keys of a file are equal in it, too. ({@code -0} is
   * taken for 0.)
   *
   * @param utf8 text that is valid UTF-8
   * @throws InvalidRequestException if this is not how the text of a key of that type is written
   */
  static Key parseExact(KeyType type, byte[] utf8, int from, int to) {
    return KeyText.parseExact(type, utf8, from, to);
  }

  /** The type that it is of. */
  KeyType type();

  /** The key as a {@link Long}, a {@link String}, or a {@code byte[]} of the caller's own. */
  Object value();

  /**
   * The bytes that a shard's database knows it by. Not a copy; must not be changed. {@link
   * KeyEncoding#decode} has the way back.
   *
   * @throws InvalidRequestException if the encoding does not store keys of this type, or not this
   *     one
   */
  byte[] stored(KeyEncoding encoding);

  /**
   * The bytes that routing hashes, whatever the encoding: of an integer its 8 bytes, signed,
   * little-endian; of text its UTF-8; of bytes themselves. Not a copy; must not be changed.
   */
  byte[] canonical();

  /**
   * The one text that writes it: decimal for an integer, the text itself for text, padded base64
   * for bytes.
   */
  String text();

  /** The key for a message, in one printable line that is cut where it is long; bytes are hex. */
  @Override
  String toString();
}
