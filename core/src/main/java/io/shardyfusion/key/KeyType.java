package io.shardyfusion.key;

import io.shardyfusion.InvalidRequestException;
import java.util.Locale;

/**
 * The type of a dataset's keys as callers see them. A lookup routes by it, so a long is never
 * looked up as its bytes.
 */
public enum KeyType {
  /** A signed 64-bit integer, {@link Long}. */
  LONG,
  /** Unicode text, {@link String}; a string with an unpaired surrogate is not a key. */
  STRING,
  /** Bytes as they are, {@code byte[]}. */
  BYTES;

  /** The name in options: {@code long}, {@code string} or {@code bytes}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The class of the {@linkplain Key#value() values} of such keys. */
  public Class<?> valueClass() {
    return switch (this) {
      case LONG -> Long.class;
      case STRING -> String.class;
      case BYTES -> byte[].class;
    };
  }

  /**
   * The encoding that a dataset gets where none is chosen: {@code i64}, {@code utf8} or {@code
   * raw}.
   */
  public KeyEncoding defaultEncoding() {
    return switch (this) {
      case LONG -> KeyEncoding.I64;
      case STRING -> KeyEncoding.UTF8;
      case BYTES -> KeyEncoding.RAW;
    };
  }

  /**
   * The type of that {@linkplain #externalName() name}.
   *
   * @throws InvalidRequestException if there is none
   */
  public static KeyType of(String externalName) {
    for (KeyType type : values()) {
      if (type.externalName().equals(externalName)) {
        return type;
      }
    }
    throw new InvalidRequestException(
        "unknown key type '" + externalName + "'; expected one of long, string, bytes");
  }
}
