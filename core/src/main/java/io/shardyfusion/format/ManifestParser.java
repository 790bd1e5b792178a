package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON form of a {@link Manifest}. Strict and bounded: see {@code docs/format-spec.md}. */
public final class ManifestParser {

  private ManifestParser() {}

  /**
   * The UTF-8 JSON document of {@code value}; the same bytes for equal values.
   *
   * @throws InvalidRequestException if it would be larger than {@link Limits#MAX_MANIFEST_BYTES}
   */
  public static byte[] toJson(Manifest value) {
    return Json.write(
        "the manifest",
        Limits.MAX_MANIFEST_BYTES,
        json -> {
          json.writeStringField("manifest_id", value.manifestId());
          writeParent(value.parent(), json);
          json.writeStringField("run_id", value.runId());
          json.writeStringField("created_at", Timestamps.format(value.createdAt()));
          writeWriter(value.writer(), json);
          json.writeFieldName("checkpoint_id");
          if (value.checkpointId() == null) {
            json.writeNull();
          } else {
            json.writeNumber(value.checkpointId());
          }
          json.writeStringField(
              "watermark", value.watermark() == null ? null : Timestamps.format(value.watermark()));
          json.writeFieldName("sharding");
          ShardingParser.write(value.sharding(), json);
          json.writeStringField("key_encoding", value.keyEncoding().externalName());
          json.writeStringField("value_format", value.valueFormat().externalName());
          writeValueSchema(value.valueSchema(), json);
          writeEngine(value.engine(), json);
          writeStats(value.stats(), json);
          writeInput(value.input(), json);
          json.writeObjectFieldStart("custom");
          for (Map.Entry<String, String> entry : value.custom().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
          }
          json.writeEndObject();
          json.writeArrayFieldStart("shards");
          for (ShardEntry shard : value.shards()) {
            writeShard(shard, json);
          }
          json.writeEndArray();
        });
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static Manifest fromJson(String object, byte[] json) {
    JsonFields fields = Json.read(object, json, Limits.MAX_MANIFEST_BYTES);
    return fields.make(
        () ->
            Manifest.builder()
                .manifestId(fields.text("manifest_id"))
                .parent(fields.nullableObject("parent", ManifestParser::readParent))
                .runId(fields.text("run_id"))
                .createdAt(fields.text("created_at", Timestamps::parse))
                .writer(fields.object("writer", ManifestParser::readWriter))
                .checkpointId(fields.nullableInteger("checkpoint_id"))
                .watermark(fields.nullableText("watermark", Timestamps::parse))
                .sharding(fields.object("sharding", ShardingParser::read))
                .keyEncoding(fields.text("key_encoding", ManifestParser::keyEncoding))
                .valueFormat(fields.text("value_format", ValueFormat::of))
                .valueSchema(
                    fields
                        .optional(
                            "value_schema",
                            name -> fields.object(name, ManifestParser::readValueSchema))
                        .orElse(null))
                .engine(fields.object("engine", ManifestParser::readEngine))
                .stats(fields.object("stats", ManifestParser::readStats))
                .input(
                    fields
                        .optional("input", name -> fields.object(name, ManifestParser::readInput))
                        .orElse(null))
                .custom(fields.texts("custom", Limits.MAX_CUSTOM_ENTRIES))
                .shards(fields.list("shards", Sharding.MAX_SHARDS, ManifestParser::readShard))
                .build());
  }

  private static void writeParent(@Nullable ManifestRef parent, JsonGenerator json)
      throws IOException {
    if (parent == null) {
      json.writeNullField("parent");
      return;
    }
    json.writeObjectFieldStart("parent");
    json.writeStringField("manifest", parent.object());
    json.writeStringField("sha256", parent.sha256().hex());
    json.writeEndObject();
  }

  /** {@link KeyEncoding#of} shows a name as it is, which here can be anything. */
  private static KeyEncoding keyEncoding(String name) {
    return Checks.named(KeyEncoding.values(), KeyEncoding::externalName, name);
  }

  private static ManifestRef readParent(JsonFields fields) {
    return new ManifestRef(
        fields.text("manifest", Layout::checkManifest), fields.text("sha256", Sha256::new));
  }

  private static void writeWriter(ManifestWriter writer, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("writer");
    json.writeStringField("engine", writer.engine());
    json.writeStringField("engine_version", writer.engineVersion());
    json.writeStringField("version", writer.version());
    json.writeStringField("mode", writer.mode().externalName());
    json.writeEndObject();
  }

  private static ManifestWriter readWriter(JsonFields fields) {
    return fields.make(
        () ->
            new ManifestWriter(
                fields.text("engine"),
                fields.text("engine_version"),
                fields.text("version"),
                RunMode.of(fields.text("mode"))));
  }

  private static void writeValueSchema(@Nullable ValueSchema schema, JsonGenerator json)
      throws IOException {
    if (schema == null) {
      return;
    }
    json.writeObjectFieldStart("value_schema");
    json.writeStringField("kind", schema.kind().externalName());
    json.writeStringField("fingerprint", schema.fingerprint().hex());
    json.writeStringField("text", schema.text());
    json.writeEndObject();
  }

  private static ValueSchema readValueSchema(JsonFields fields) {
    return fields.make(
        () ->
            new ValueSchema(
                fields.text("kind", ValueSchema.Kind::of),
                fields.text("fingerprint", Sha256::new),
                fields.text("text")));
  }

  private static void writeEngine(TableEngine engine, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("engine");
    json.writeStringField("name", engine.name());
    json.writeStringField("version", engine.version());
    json.writeStringField("profile", engine.profile());
    json.writeEndObject();
  }

  private static TableEngine readEngine(JsonFields fields) {
    return fields.make(
        () -> new TableEngine(fields.text("name"), fields.text("version"), fields.text("profile")));
  }

  private static void writeStats(SnapshotStats stats, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("stats");
    json.writeNumberField("rows", stats.rows());
    json.writeBooleanField("rows_exact", stats.rowsExact());
    json.writeNumberField("bytes", stats.bytes());
    json.writeNumberField("files", stats.files());
    json.writeNumberField("new_bytes", stats.newBytes());
    json.writeNumberField("new_files", stats.newFiles());
    json.writeEndObject();
  }

  private static SnapshotStats readStats(JsonFields fields) {
    return fields.make(
        () ->
            new SnapshotStats(
                fields.integer("rows"),
                fields.flag("rows_exact"),
                fields.integer("bytes"),
                fields.integer("files"),
                fields.integer("new_bytes"),
                fields.integer("new_files")));
  }

  private static void writeInput(@Nullable InputCounts input, JsonGenerator json)
      throws IOException {
    if (input == null) {
      return;
    }
    json.writeObjectFieldStart("input");
    json.writeNumberField("rows_read", input.rowsRead());
    json.writeNumberField("deletes", input.deletes());
    json.writeNumberField("bad_rows", input.badRows());
    json.writeEndObject();
  }

  private static InputCounts readInput(JsonFields fields) {
    return fields.make(
        () ->
            new InputCounts(
                fields.integer("rows_read"),
                fields.integer("deletes"),
                fields.integer("bad_rows")));
  }

  private static void writeShard(ShardEntry shard, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", shard.shard());
    json.writeNumberField("rows", shard.rows());
    json.writeBooleanField("rows_exact", shard.rowsExact());
    json.writeNumberField("bytes", shard.bytes());
    json.writeNumberField("files", shard.files());
    json.writeStringField("min_key", shard.minKey() == null ? null : shard.minKey().hex());
    json.writeStringField("max_key", shard.maxKey() == null ? null : shard.maxKey().hex());
    json.writeStringField("descriptor", shard.descriptorObject());
    json.writeStringField("sha256", shard.descriptor().hex());
    json.writeEndObject();
  }

  private static ShardEntry readShard(JsonFields fields) {
    Sha256 sha256 = fields.text("sha256", Sha256::new);
    ShardEntry shard =
        fields.make(
            () ->
                ShardEntry.builder()
                    .shard(fields.smallInteger("id"))
                    .rows(fields.integer("rows"))
                    .rowsExact(fields.flag("rows_exact"))
                    .bytes(fields.integer("bytes"))
                    .files(fields.smallInteger("files"))
                    .minKey(fields.nullableText("min_key", HexBytes::new))
                    .maxKey(fields.nullableText("max_key", HexBytes::new))
                    .descriptor(sha256)
                    .build());
    fields.text("descriptor", key -> Layout.checkDescriptor(key, shard.shard(), sha256));
    return shard;
  }
}
