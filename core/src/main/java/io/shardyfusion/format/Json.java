package io.shardyfusion.format;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The JSON documents of the format: written compactly in a fixed order, read strictly and within
 * bounds.
 *
 * <p>The size comes first, then the JSON itself (UTF-8, names once, no trailing text), then {@code
 * format_version}; only then is any other field looked at, since another version may have others.
 * The memory that a document can cost is bounded by its size and by the number of its tokens.
 */
final class Json {

  /**
   * The largest manifest or descriptor has less than half of these; the rest is room for unknown
   * fields.
   */
  private static final long MAX_TOKENS = 1 << 21;

  private static final int MAX_DEPTH = 32;
  private static final int MAX_NUMBER_CHARS = 64;
  private static final int MAX_NAME_CHARS = 4096;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(MAX_DEPTH)
                      .maxNumberLength(MAX_NUMBER_CHARS)
                      .maxNameLength(MAX_NAME_CHARS)
                      .maxStringLength(Limits.MAX_DESCRIPTOR_BYTES)
                      .maxTokenCount(MAX_TOKENS)
                      .build())
              .build());

  private Json() {}

  /** Writes the fields of a document after {@code format_version}. */
  @FunctionalInterface
  interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /**
   * The document with those fields.
   *
   * @param what names the object in the message if it is too large
   */
  static byte[] write(String what, int maxBytes, Fields fields) {
    byte[] bytes =
        write(
            json -> {
              json.writeStartObject();
              json.writeNumberField("format_version", Limits.FORMAT_VERSION);
              fields.writeTo(json);
              json.writeEndObject();
            });
    if (bytes.length > maxBytes) {
      throw new InvalidRequestException(
          what + " would have " + bytes.length + " bytes, but the format allows " + maxBytes);
    }
    return bytes;
  }

  /** Returns the document that {@code value} writes. */
  static byte[] write(Fields value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = MAPPER.getFactory().createGenerator(bytes)) {
      value.writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail to be written", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The document's fields, after its version was found to be one that this software reads.
   *
   * @param object the key of the object that {@code json} was read from
   */
  static JsonFields read(String object, byte[] json, int maxBytes) {
    if (json.length > maxBytes) {
      throw new DataDamagedException(
          "the object "
              + object
              + " breaks the format: expected at most "
              + maxBytes
              + " bytes, found "
              + json.length);
    }
    JsonFields root = new JsonFields(object, "", parse(object, json));
    long version = root.integer("format_version");
    if (version != Limits.FORMAT_VERSION) {
      throw root.damaged(
          "format_version",
          "this is format version "
              + version
              + "; this software reads version "
              + Limits.FORMAT_VERSION
              + ": upgrade it");
    }
    return root;
  }

  private static ObjectNode parse(String object, byte[] json) {
    try (JsonParser parser = MAPPER.getFactory().createParser(utf8(json))) {
      return parse(object, parser);
    } catch (IOException e) {
      throw new DataDamagedException(
          "the object " + object + " is no JSON in UTF-8: " + e.getMessage(), e);
    }
  }

  private static ObjectNode parse(String object, JsonParser parser) throws IOException {
    try {
      JsonNode root = MAPPER.readTree(parser);
      if (!(root instanceof ObjectNode fields)) {
        throw new DataDamagedException(
            "the object "
                + object
                + " breaks the format: expected a JSON object, found "
                + (root == null ? "nothing" : JsonFields.shown(root)));
      }
      if (parser.nextToken() != null) {
        throw new DataDamagedException(
            "the object "
                + object
                + " breaks the format: expected nothing after the JSON object, found more");
      }
      return fields;
    } catch (JacksonException e) {
      String path = path(parser.getParsingContext());
      throw new DataDamagedException(
          "the object "
              + object
              + " is no valid JSON"
              + (path.isEmpty() ? "" : " at " + path)
              + ": "
              + Checks.shown(String.valueOf(e.getOriginalMessage())),
          e);
    }
  }

  /**
   * A reader rather than the bytes: it refuses malformed UTF-8, and keeps Jackson from guessing
   * another encoding.
   */
  private static Reader utf8(byte[] json) {
    return new InputStreamReader(
        new ByteArrayInputStream(json),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private static String path(JsonStreamContext context) {
    if (context.inRoot()) {
      return "";
    }
    String parent = path(context.getParent());
    if (context.inArray()) {
      return parent + "[" + Math.max(0, context.getCurrentIndex()) + "]";
    }
    String name = context.getCurrentName();
    return name == null ? parent : JsonFields.join(parent, name);
  }
}
