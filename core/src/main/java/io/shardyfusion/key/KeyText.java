package io.shardyfusion.key;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The text form of keys, read. Integers are written as JSON writes them: decimal, no plus sign, no
 * leading zeros, no fraction, no exponent, no white space. Bytes are base64, padded, nothing else.
 * The text that a person writes may have leading zeros, and lack the padding.
 */
final class KeyText {

  private static final int MAX_SHOWN = 80;

  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+");

  private KeyText() {}

  static Key parse(KeyType type, String text) {
    return switch (type) {
      case LONG -> parseLong(text);
      case STRING -> new TextKey(text);
      case BYTES -> parseBase64(text);
    };
  }

  static Key parseExact(KeyType type, byte[] utf8, int from, int to) {
    return switch (type) {
      case LONG -> new IntegerKey(exactLong(utf8, from, to));
      case STRING -> new TextKey(new String(utf8, from, to - from, StandardCharsets.UTF_8));
      case BYTES -> new BytesKey(exactBase64(utf8, from, to));
    };
  }

  /** The text in one printable line, cut where it is long. */
  static String abbreviated(String text) {
    return text.length() <= MAX_SHOWN
        ? Printable.line(text)
        : Printable.line(text.substring(0, MAX_SHOWN)) + "… (" + text.length() + " characters)";
  }

  private static Key parseLong(String text) {
    if (!DECIMAL.matcher(text).matches()) {
      throw new InvalidRequestException(
          "the key '" + abbreviated(text) + "' is no whole number, as a key of type long is");
    }
    try {
      return new IntegerKey(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new InvalidRequestException(
          "the key " + abbreviated(text) + " is out of the range of a 64-bit integer", e);
    }
  }

  private static Key parseBase64(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          "the key '" + abbreviated(text) + "' is not base64, as a key of type bytes is written",
          e);
    }
    return new BytesKey(bytes);
  }

  private static long exactLong(byte[] text, int from, int to) {
    boolean negative = from < to && text[from] == '-';
    int first = negative ? from + 1 : from;
    if (first == to || (text[first] == '0' && to - first > 1)) {
      throw noInteger(text, from, to);
    }
    // Counted down, because the smallest integer has no positive counterpart.
    long value = 0;
    boolean overflow = false;
    for (int i = first; i < to; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw noInteger(text, from, to);
      }
      overflow |= value < (Long.MIN_VALUE + digit) / 10;
      value = value * 10 - digit;
    }
    if (overflow || (!negative && value == Long.MIN_VALUE)) {
      throw new InvalidRequestException(
          "the integer "
              + shown(text, from, to)
              + " is out of range: -9223372036854775808 to 9223372036854775807");
    }
    return negative ? value : -value;
  }

  private static InvalidRequestException noInteger(byte[] text, int from, int to) {
    return new InvalidRequestException(
        "expected an integer (decimal digits, no leading zeros, no plus), found "
            + shown(text, from, to));
  }

  private static byte[] exactBase64(byte[] text, int from, int to) {
    byte[] quoted = Arrays.copyOfRange(text, from, to);
    try {
      byte[] decoded = Base64.getDecoder().decode(quoted);
      if (quoted.length % 4 == 0 && endsCanonically(quoted, decoded)) {
        return decoded;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new InvalidRequestException(
        "expected base64 (alphabet A-Z a-z 0-9 + /, padded with =), found "
            + shown(text, from, to));
  }

  /**
   * The JDK's decoder accepts bits that mean nothing in the last character; one key must have one
   * spelling.
   */
  private static boolean endsCanonically(byte[] quoted, byte[] decoded) {
    int tail = decoded.length % 3;
    if (tail == 0) {
      return true;
    }
    byte[] last =
        Base64.getEncoder()
            .encode(Arrays.copyOfRange(decoded, decoded.length - tail, decoded.length));
    return Arrays.equals(last, 0, 4, quoted, quoted.length - 4, quoted.length);
  }

  /** The text in quotes, cut where it is long. */
  private static String shown(byte[] utf8, int from, int to) {
    String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
    return text.length() <= MAX_SHOWN
        ? '"' + text + '"'
        : '"' + text.substring(0, MAX_SHOWN) + "…\" (" + text.length() + " characters)";
  }
}
