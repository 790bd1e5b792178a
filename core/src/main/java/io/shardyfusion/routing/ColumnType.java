package io.shardyfusion.routing;

import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The type of the values of a {@link RoutingColumn}. */
public enum ColumnType {
  /** A signed 64-bit integer, {@link Long}. */
  LONG(KeyType.LONG),
  /** Unicode text, {@link String}. */
  STRING(KeyType.STRING),
  /** Bytes, {@code byte[]}. */
  BYTES(KeyType.BYTES);

  private final KeyType like;

  ColumnType(KeyType like) {
    this.like = like;
  }

  /** The name in messages: {@code long}, {@code string} or {@code bytes}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value that a text writes, as the text of a key would. */
  Object parse(String text) {
    return Key.parse(like, text).value();
  }

  /** {@code value} as a value of this type, or null if it is none. */
  @Nullable Object of(Object value) {
    return switch (this) {
      case LONG ->
          value instanceof Long
                  || value instanceof Integer
                  || value instanceof Short
                  || value instanceof Byte
              ? ((Number) value).longValue()
              : null;
      case STRING -> value instanceof String ? value : null;
      case BYTES -> value instanceof byte[] ? value : null;
    };
  }
}
