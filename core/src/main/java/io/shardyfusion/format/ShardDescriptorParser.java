package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a {@link ShardDescriptor}. Strict and bounded: see {@code docs/format-spec.md}.
 */
public final class ShardDescriptorParser {

  private ShardDescriptorParser() {}

  /**
   * The UTF-8 JSON document of {@code value}; the same bytes for equal values.
   *
   * @throws InvalidRequestException if it would be larger than {@link Limits#MAX_DESCRIPTOR_BYTES}
   */
  public static byte[] toJson(ShardDescriptor value) {
    return Json.write(
        "the descriptor of shard " + value.shard(),
        Limits.MAX_DESCRIPTOR_BYTES,
        json -> {
          json.writeNumberField("shard", value.shard());
          json.writeNumberField("rows", value.rows());
          json.writeBooleanField("rows_exact", value.rowsExact());
          json.writeNumberField("bytes", value.bytes());
          json.writeStringField("min_key", hexOrNull(value.minKey()));
          json.writeStringField("max_key", hexOrNull(value.maxKey()));
          json.writeNumberField("sequence", value.sequence());
          writeFiles(value, json);
          writePrivateFiles(value, json);
          writeSamples(value, json);
        });
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static ShardDescriptor fromJson(String object, byte[] json) {
    JsonFields fields = Json.read(object, json, Limits.MAX_DESCRIPTOR_BYTES);
    ShardDescriptor descriptor =
        fields.make(
            () ->
                ShardDescriptor.builder()
                    .shard(fields.smallInteger("shard"))
                    .rows(fields.integer("rows"))
                    .rowsExact(fields.flag("rows_exact"))
                    .minKey(fields.nullableText("min_key", HexBytes::new))
                    .maxKey(fields.nullableText("max_key", HexBytes::new))
                    .sequence(fields.integer("sequence"))
                    .files(
                        fields.list(
                            "files", Limits.MAX_FILES_PER_SHARD, ShardDescriptorParser::readFile))
                    .privateFiles(
                        fields.list(
                            "private_files",
                            Limits.MAX_PRIVATE_FILES,
                            ShardDescriptorParser::readPrivateFile))
                    .samples(
                        fields.list(
                            "samples", Limits.MAX_SAMPLES, ShardDescriptorParser::readSample))
                    .build());
    if (fields.integer("bytes") != descriptor.bytes()) {
      throw fields.damaged(
          "bytes",
          "expected the sum of the sizes of files, "
              + descriptor.bytes()
              + ", found "
              + fields.integer("bytes"));
    }
    return descriptor;
  }

  private static void writeFiles(ShardDescriptor value, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("files");
    for (TableFile file : value.files()) {
      json.writeStartObject();
      json.writeStringField("name", file.name());
      json.writeStringField("object", file.object());
      json.writeNumberField("size", file.size());
      json.writeStringField("sha256", file.sha256().hex());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static TableFile readFile(JsonFields fields) {
    Sha256 sha256 = fields.text("sha256", Sha256::new);
    fields.text("object", key -> Layout.checkFile(key, sha256));
    return fields.make(() -> new TableFile(fields.text("name"), fields.integer("size"), sha256));
  }

  private static void writePrivateFiles(ShardDescriptor value, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart("private_files");
    for (PrivateFile file : value.privateFiles()) {
      json.writeStartObject();
      json.writeStringField("name", file.name());
      json.writeStringField("content", Base64.getEncoder().encodeToString(file.content()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static PrivateFile readPrivateFile(JsonFields fields) {
    byte[] content = fields.text("content", ShardDescriptorParser::base64);
    return fields.make(() -> new PrivateFile(fields.text("name"), content));
  }

  private static void writeSamples(ShardDescriptor value, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("samples");
    for (KeySample sample : value.samples()) {
      json.writeStartObject();
      json.writeStringField("key", sample.key().hex());
      json.writeStringField("value_xxh3", HexFormat.of().toHexDigits(sample.valueHash()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static KeySample readSample(JsonFields fields) {
    return fields.make(
        () ->
            new KeySample(
                fields.text("key", HexBytes::new),
                fields.text("value_xxh3", ShardDescriptorParser::hash)));
  }

  /**
   * Only the form that the writer writes: the decoder alone would let missing padding and stray
   * bits pass.
   */
  private static byte[] base64(String text) {
    try {
      byte[] content = Base64.getDecoder().decode(text);
      if (Base64.getEncoder().encodeToString(content).equals(text)) {
        return content;
      }
    } catch (IllegalArgumentException e) {
      throw notBase64(text, e);
    }
    throw notBase64(text, null);
  }

  private static IllegalArgumentException notBase64(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "expected base64 with padding, found " + Checks.shown(text), cause);
  }

  private static long hash(String text) {
    HexBytes hash = new HexBytes(text);
    if (text.length() != 2 * Long.BYTES) {
      throw new IllegalArgumentException("expected 16 hexadecimal digits, found " + text.length());
    }
    return HexFormat.fromHexDigitsToLong(hash.hex());
  }

  private static @Nullable String hexOrNull(@Nullable HexBytes key) {
    return key == null ? null : key.hex();
  }
}
