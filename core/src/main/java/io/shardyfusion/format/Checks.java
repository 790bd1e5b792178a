package io.shardyfusion.format;

import io.shardyfusion.Printable;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the values of the format. Each is an {@link IllegalArgumentException} whose message
 * <b>begins with the field's name in JSON</b>, so that a parser can put the path of the enclosing
 * object before it.
 */
final class Checks {

  private static final int SHOWN_CHARS = 100;

  private Checks() {}

  static void atLeast(String field, long value, long bound) {
    if (value < bound) {
      throw new IllegalArgumentException(field + " must be at least " + bound + ", found " + value);
    }
  }

  static void atMost(String field, long value, long bound) {
    if (value > bound) {
      throw new IllegalArgumentException(field + " must be at most " + bound + ", found " + value);
    }
  }

  static void size(String field, String what, int size, int bound) {
    if (size > bound) {
      throw new IllegalArgumentException(
          field + " must have at most " + bound + " " + what + ", found " + size);
    }
  }

  static void id(String field, String value) {
    try {
      Layout.checkId(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
    }
  }

  /** Text of 1 to {@code maxLength} characters (Unicode code points) that has a UTF-8 form. */
  static void text(String field, String value, int maxLength) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException(field + " must not be empty");
    }
    possiblyEmptyText(field, value, maxLength);
  }

  /** Text of at most {@code maxLength} characters (Unicode code points) that has a UTF-8 form. */
  static void possiblyEmptyText(String field, String value, int maxLength) {
    size(field, "characters", value.codePointCount(0, value.length()), maxLength);
    if (value
        .codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw new IllegalArgumentException(
          field
              + " must be text with a UTF-8 form, found an unpaired surrogate in "
              + shown(value));
    }
  }

  static void key(String field, @Nullable HexBytes key, int maxBytes) {
    if (key != null) {
      size(field, "bytes", key.hex().length() / 2, maxBytes);
    }
  }

  /** Hexadecimal text compares as the bytes do, unsigned. */
  static void order(@Nullable HexBytes minKey, @Nullable HexBytes maxKey) {
    if (minKey != null && maxKey != null && minKey.hex().compareTo(maxKey.hex()) > 0) {
      throw new IllegalArgumentException(
          "min_key must not be above max_key "
              + shown(maxKey.hex())
              + ", found "
              + shown(minKey.hex()));
    }
  }

  /** The sum over {@code parts}, which must fit 64 bits. */
  static <T> long sum(String field, Iterable<T> parts, ToLongFunction<T> summand) {
    long sum = 0;
    try {
      for (T part : parts) {
        sum = Math.addExact(sum, summand.applyAsLong(part));
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(field + " add up to more than " + Long.MAX_VALUE, e);
    }
    return sum;
  }

  /** The one of {@code values} that has that name. */
  static <E> E named(E[] values, Function<E, String> externalName, String name) {
    for (E value : values) {
      if (externalName.apply(value).equals(name)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "expected "
            + Arrays.stream(values).map(externalName).collect(Collectors.joining(", "))
            + ", found "
            + shown(name));
  }

  /** {@code value} for a message: quoted, printable, and cut where it is long. */
  static String shown(String value) {
    return value.length() <= SHOWN_CHARS
        ? "'" + Printable.line(value) + "'"
        : "'"
            + Printable.line(value.substring(0, SHOWN_CHARS))
            + "…' ("
            + value.length()
            + " characters)";
  }
}
