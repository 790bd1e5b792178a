package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import org.jspecify.annotations.Nullable;

/** Keys whose type is known only when they are there. */
final class Keys {

  private Keys() {}

  /** The stored form of a {@link Long}, a smaller integer, a {@link String} or a {@code byte[]}. */
  static byte[] encode(KeyEncoding encoding, @Nullable Object key) {
    if (key instanceof Long
        || key instanceof Integer
        || key instanceof Short
        || key instanceof Byte) {
      return encoding.encode(((Number) key).longValue());
    }
    if (key instanceof String text) {
      return encoding.encode(text);
    }
    if (key instanceof byte[] bytes) {
      return encoding.encode(bytes);
    }
    throw wrongClass(encoding, key);
  }

  /**
   * The shard of a key.
   *
   * @param storedKey what {@link #encode} made of it
   */
  static int shardOf(Sharding sharding, Object key, byte[] storedKey) {
    if (key instanceof Number number) {
      return sharding.shardOf(number.longValue());
    }
    return key instanceof String text ? sharding.shardOf(text) : sharding.shardOf(storedKey);
  }

  private static InvalidRequestException wrongClass(KeyEncoding encoding, @Nullable Object key) {
    String found =
        key == null ? "a null key" : "the key " + key + " of " + key.getClass().getName();
    return new InvalidRequestException(
        found
            + " cannot be looked up: this dataset's keys are of type "
            + encoding.type().externalName()
            + "; keys are Long, String or byte[]");
  }
}
