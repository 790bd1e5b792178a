package io.shardyfusion.cli.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import io.shardyfusion.key.IntegerKey;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.key.KeyType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a dataset as people and scripts write them, and as JSON shows them: an integer in
 * decimal, text as it is, bytes in base64. A key that the dataset's encoding cannot store is an
 * {@link InvalidRequestException} that names it.
 */
public final class DatasetKeys {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(4 * KeyEncoding.MAX_KEY_BYTES)
                  .build())
          .build();

  private final KeyEncoding encoding;

  DatasetKeys(KeyEncoding encoding) {
    this.encoding = encoding;
  }

  /** A number, a string, or base64 for bytes. */
  public static JsonNode toJson(Key key) {
    return key instanceof IntegerKey integer
        ? JsonNodeFactory.instance.numberNode(integer.number())
        : JsonNodeFactory.instance.textNode(key.text());
  }

  /** The key that {@code text} reads. */
  Key parse(String text) {
    Key key = Key.parse(encoding.type(), text);
    // Refused now rather than when it is looked up, when others have been already.
    key.stored(encoding);
    return key;
  }

  /** The key of one JSON string or number; the string of a binary key is base64. */
  Key parseJson(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      JsonToken token = parser.nextToken();
      String text = token == null ? "" : parser.getText();
      if (parser.nextToken() != null) {
        throw notOneValue(json, null);
      }
      boolean isInteger = encoding.type() == KeyType.LONG;
      if (token != (isInteger ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING)) {
        throw wrongType(json, isInteger ? "a whole number" : "a string");
      }
      return parse(text);
    } catch (IOException e) {
      throw notOneValue(json, e);
    }
  }

  private InvalidRequestException wrongType(String json, String expected) {
    return new InvalidRequestException(
        "expected %s, a key of type %s, found %s"
            .formatted(expected, encoding.type().externalName(), Printable.line(json)));
  }

  private static InvalidRequestException notOneValue(String json, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "expected one JSON string or number, found " + Printable.line(json), cause);
  }
}
