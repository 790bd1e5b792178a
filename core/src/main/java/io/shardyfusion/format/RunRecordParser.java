package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON form of a {@link RunRecord}. Strict and bounded: see {@code docs/format-spec.md}. */
public final class RunRecordParser {

  private RunRecordParser() {}

  /**
   * The UTF-8 JSON document of {@code value}; the same bytes for equal values.
   *
   * @throws InvalidRequestException if it would be larger than {@link Limits#MAX_RUN_RECORD_BYTES}
   */
  public static byte[] toJson(RunRecord value) {
    return Json.write(
        "the run record",
        Limits.MAX_RUN_RECORD_BYTES,
        json -> {
          json.writeStringField("run_id", value.runId());
          json.writeStringField("mode", value.mode().externalName());
          json.writeStringField("status", value.status().externalName());
          json.writeStringField("started_at", Timestamps.format(value.startedAt()));
          json.writeStringField("updated_at", Timestamps.format(value.updatedAt()));
          json.writeStringField("lease_expires_at", formatOrNull(value.leaseExpiresAt()));
          json.writeFieldName("last_version");
          if (value.lastVersion() == null) {
            json.writeNull();
          } else {
            json.writeNumber(value.lastVersion());
          }
          json.writeStringField("error", value.error());
          json.writeObjectFieldStart("counters");
          for (Map.Entry<String, Long> counter : value.counters().entrySet()) {
            json.writeNumberField(counter.getKey(), counter.getValue());
          }
          json.writeEndObject();
          if (!value.warnings().isEmpty()) {
            json.writeArrayFieldStart("warnings");
            for (RunWarning warning : value.warnings()) {
              json.writeStartObject();
              json.writeStringField("since", Timestamps.format(warning.since()));
              json.writeBooleanField("lasts", warning.lasts());
              json.writeStringField("message", warning.message());
              json.writeEndObject();
            }
            json.writeEndArray();
          }
          writeNeeds(value.needs(), json);
        });
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static RunRecord fromJson(String object, byte[] json) {
    JsonFields fields = Json.read(object, json, Limits.MAX_RUN_RECORD_BYTES);
    return fields.make(
        () ->
            RunRecord.builder()
                .runId(fields.text("run_id"))
                .mode(RunMode.of(fields.text("mode")))
                .status(fields.text("status", RunRecord.Status::of))
                .startedAt(fields.text("started_at", Timestamps::parse))
                .updatedAt(fields.text("updated_at", Timestamps::parse))
                .leaseExpiresAt(fields.nullableText("lease_expires_at", Timestamps::parse))
                .lastVersion(fields.nullableInteger("last_version"))
                .error(checked(fields.nullableText("error")))
                .counters(fields.integers("counters", Limits.MAX_COUNTERS))
                .warnings(
                    fields
                        .optional(
                            "warnings",
                            name ->
                                fields.list(name, Limits.MAX_WARNINGS, RunRecordParser::warning))
                        .orElse(List.of()))
                .needs(
                    fields
                        .optional("needs", name -> fields.object(name, RunRecordParser::needs))
                        .orElse(RunNeeds.NONE))
                .build());
  }

  private static void writeNeeds(RunNeeds needs, JsonGenerator json) throws IOException {
    if (needs.isNothing()) {
      return;
    }
    json.writeObjectFieldStart("needs");
    writeManifest("base", needs.base(), json);
    json.writeArrayFieldStart("checkpoints");
    for (CheckpointNeeds checkpoint : needs.checkpoints()) {
      json.writeStartObject();
      json.writeNumberField("checkpoint_id", checkpoint.checkpointId());
      json.writeStringField("taken_at", Timestamps.format(checkpoint.takenAt()));
      writeManifest("manifest", checkpoint.manifest(), json);
      json.writeArrayFieldStart("descriptors");
      for (DescriptorRef descriptor : checkpoint.descriptors()) {
        json.writeString(descriptor.object());
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeManifest(String name, @Nullable ManifestRef manifest, JsonGenerator json)
      throws IOException {
    if (manifest == null) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    json.writeStringField("manifest", manifest.object());
    json.writeStringField("sha256", manifest.sha256().hex());
    json.writeEndObject();
  }

  private static RunNeeds needs(JsonFields fields) {
    return fields.make(
        () ->
            new RunNeeds(
                fields.nullableObject("base", RunRecordParser::manifest),
                fields.list(
                    "checkpoints", Limits.MAX_RUN_CHECKPOINTS, RunRecordParser::checkpoint)));
  }

  private static CheckpointNeeds checkpoint(JsonFields fields) {
    return fields.make(
        () ->
            new CheckpointNeeds(
                fields.integer("checkpoint_id"),
                fields.text("taken_at", Timestamps::parse),
                fields.nullableObject("manifest", RunRecordParser::manifest),
                fields.textList("descriptors", Limits.MAX_RUN_DESCRIPTORS, DescriptorRef::of)));
  }

  private static ManifestRef manifest(JsonFields fields) {
    return new ManifestRef(
        fields.text("manifest", Layout::checkManifest), fields.text("sha256", Sha256::new));
  }

  private static RunWarning warning(JsonFields fields) {
    return fields.make(
        () -> {
          String message = fields.text("message");
          Checks.text("message", message, Limits.MAX_WARNING);
          return new RunWarning(
              fields.text("since", Timestamps::parse), fields.flag("lasts"), message);
        });
  }

  /** The record itself cuts an error rather than refuse it. */
  private static @Nullable String checked(@Nullable String error) {
    if (error != null) {
      Checks.possiblyEmptyText("error", error, Limits.MAX_ERROR);
    }
    return error;
  }

  private static @Nullable String formatOrNull(@Nullable Instant time) {
    return time == null ? null : Timestamps.format(time);
  }
}
