package io.shardyfusion.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ValueSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * JSON Schema, as far as it is recorded: a document is not checked against it, and whether one
 * schema takes what another one allows is not decidable in general, so each change is an obstacle.
 */
final class JsonSchemaLanguage implements SchemaLanguage {

  private static final Set<String> TYPES =
      Set.of("null", "boolean", "object", "array", "number", "integer", "string");

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  @Override
  public ValueSchema.Kind kind() {
    return ValueSchema.Kind.JSON_SCHEMA;
  }

  @Override
  public Sha256 fingerprint(String text) {
    JsonNode schema;
    try {
      schema = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidRequestException(
          "the value schema is no JSON: " + Printable.line(String.valueOf(e.getOriginalMessage())),
          e);
    }
    if (!schema.isObject() && !schema.isBoolean()) {
      throw new InvalidRequestException(
          "a JSON Schema is an object, or true or false; found a JSON value of type "
              + schema.getNodeType());
    }
    JsonNode type = schema.path("type");
    if (type.isTextual() && !TYPES.contains(type.textValue())) {
      throw new InvalidRequestException(
          "a JSON Schema has no type '"
              + Printable.line(type.textValue())
              + "'; an Avro schema is of kind avro, and its file's name ends in .avsc");
    }
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public List<String> obstacles(String reader, String writer) {
    return reader.equals(writer)
        ? List.of()
        : List.of(
            "the text is another one, and whether a JSON Schema takes all that another one allows"
                + " cannot be decided");
  }
}
