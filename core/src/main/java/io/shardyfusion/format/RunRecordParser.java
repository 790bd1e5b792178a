package io.shardyfusion.format;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
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
          json.writeStringField("mode", value.mode());
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
            new RunRecord(
                fields.text("run_id"),
                fields.text("mode"),
                fields.text("status", RunRecord.Status::of),
                fields.text("started_at", Timestamps::parse),
                fields.text("updated_at", Timestamps::parse),
                fields.nullableText("lease_expires_at", Timestamps::parse),
                fields.nullableInteger("last_version"),
                checked(fields.nullableText("error")),
                fields.integers("counters", Limits.MAX_COUNTERS),
                fields
                    .optional(
                        "warnings",
                        name -> fields.list(name, Limits.MAX_WARNINGS, RunRecordParser::warning))
                    .orElse(List.of())));
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
