package io.shardyfusion.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys as people and scripts write them, by the key encoding of the dataset: an integer key in
 * decimal, a text key as it is, a binary key in base64. A key that does not fit is an {@link
 * InvalidRequestException} that names it.
 */
final class KeyText {

  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(4 * KeyEncoding.MAX_KEY_BYTES)
                  .build())
          .build();

  private final KeyEncoding encoding;

  KeyText(KeyEncoding encoding) {
    this.encoding = encoding;
  }

  /** The key that {@code text} reads. */
  Key parse(String text) {
    return switch (encoding.type()) {
      case LONG -> parseLong(text);
      case STRING -> Key.of(encoding, text);
      case BYTES -> Key.of(encoding, base64(text));
    };
  }

  /** The key of one JSON string or number; the string of a binary key is base64. */
  Key parseJson(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      JsonToken token = parser.nextToken();
      String text = token == null ? "" : parser.getText();
      if (parser.nextToken() != null) {
        throw notOneValue(json, null);
      }
      return switch (encoding.type()) {
        case LONG -> {
          if (token != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(json, "a whole number");
          }
          yield parseLong(text);
        }
        case STRING, BYTES -> {
          if (token != JsonToken.VALUE_STRING) {
            throw wrongType(json, "a string");
          }
          yield parse(text);
        }
      };
    } catch (IOException e) {
      throw notOneValue(json, e);
    }
  }

  private Key parseLong(String text) {
    if (!DECIMAL.matcher(text).matches()) {
      throw new InvalidRequestException(
          "the key '"
              + Printable.line(text)
              + "' is no whole number; the keys of this dataset are integers");
    }
    try {
      return Key.of(encoding, Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new InvalidRequestException(
          "the key " + text + " is out of the range of a 64-bit integer", e);
    }
  }

  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          "the key '"
              + Printable.line(text)
              + "' is not base64; the keys of this dataset are bytes",
          e);
    }
  }

  private InvalidRequestException wrongType(String json, String expected) {
    return new InvalidRequestException(
        "expected "
            + expected
            + ", a key of type "
            + encoding.type().externalName()
            + ", found "
            + Printable.line(json));
  }

  private static InvalidRequestException notOneValue(String json, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "expected one JSON string or number, found " + Printable.line(json), cause);
  }
}
