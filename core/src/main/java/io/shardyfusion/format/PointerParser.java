package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON form of a {@link Pointer}. Strict and bounded: see {@code docs/format-spec.md}. */
public final class PointerParser {

  private PointerParser() {}

  /**
   * The UTF-8 JSON document of {@code value}; the same bytes for equal values.
   *
   * @throws InvalidRequestException if it would be larger than {@link Limits#MAX_POINTER_BYTES}
   */
  public static byte[] toJson(Pointer value) {
    return Json.write(
        "the pointer",
        Limits.MAX_POINTER_BYTES,
        json -> {
          json.writeStringField("updated_at", Timestamps.format(value.updatedAt()));
          json.writeNumberField("last_version", value.lastVersion());
          json.writeFieldName("current");
          writeEntry(value.current(), json);
          json.writeArrayFieldStart("history");
          for (PointerEntry entry : value.history()) {
            writeEntry(entry, json);
          }
          json.writeEndArray();
          json.writeFieldName("pin");
          writePin(value.pin(), json);
          json.writeFieldName("writer");
          writeWriter(value.writer(), json);
        });
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static Pointer fromJson(String object, byte[] json) {
    JsonFields fields = Json.read(object, json, Limits.MAX_POINTER_BYTES);
    return fields.make(
        () ->
            new Pointer(
                fields.text("updated_at", Timestamps::parse),
                fields.integer("last_version"),
                fields.nullableObject("current", PointerParser::readEntry),
                fields.list("history", Limits.MAX_HISTORY, PointerParser::readEntry),
                fields.nullableObject("pin", PointerParser::readPin),
                fields.nullableObject("writer", PointerParser::readWriter)));
  }

  private static void writeEntry(@Nullable PointerEntry entry, JsonGenerator json)
      throws IOException {
    if (entry == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeNumberField("version", entry.version());
    json.writeStringField("manifest", entry.manifest().object());
    json.writeStringField("manifest_sha256", entry.manifest().sha256().hex());
    json.writeStringField("run_id", entry.runId());
    json.writeStringField("announced_at", Timestamps.format(entry.announcedAt()));
    json.writeNumberField("rows", entry.rows());
    if (!entry.rowsExact()) {
      json.writeBooleanField("rows_exact", false);
    }
    json.writeNumberField("bytes", entry.bytes());
    json.writeStringField("status", entry.status().externalName());
    HeldBy heldBy = entry.heldBy();
    if (heldBy != null) {
      json.writeStringField("held_by", heldBy.externalName());
    }
    writeNote(entry.note(), json);
    json.writeEndObject();
  }

  private static PointerEntry readEntry(JsonFields fields) {
    return fields.make(
        () ->
            PointerEntry.builder()
                .version(fields.integer("version"))
                .manifest(
                    new ManifestRef(
                        fields.text("manifest", Layout::checkManifest),
                        fields.text("manifest_sha256", Sha256::new)))
                .runId(fields.text("run_id"))
                .announcedAt(fields.text("announced_at", Timestamps::parse))
                .rows(fields.integer("rows"))
                .rowsExact(fields.optional("rows_exact", fields::flag).orElse(true))
                .bytes(fields.integer("bytes"))
                .status(fields.text("status", VersionStatus::of))
                .heldBy(
                    fields.optional("held_by", name -> fields.text(name, HeldBy::of)).orElse(null))
                .note(
                    new StatusNote(
                        fields
                            .optional("since", name -> fields.text(name, Timestamps::parse))
                            .orElse(null),
                        fields.optional("who", fields::text).orElse(null),
                        fields
                            .optional("reasons", name -> fields.textList(name, Limits.MAX_REASONS))
                            .orElse(List.of())))
                .build());
  }

  /**
   * Only what it says: a pointer of which no more is known is as it was before there were notes.
   */
  private static void writeNote(StatusNote note, JsonGenerator json) throws IOException {
    Instant since = note.since();
    if (since != null) {
      json.writeStringField("since", Timestamps.format(since));
    }
    writeIfKnown("who", note.who(), json);
    if (!note.reasons().isEmpty()) {
      json.writeArrayFieldStart("reasons");
      for (String reason : note.reasons()) {
        json.writeString(reason);
      }
      json.writeEndArray();
    }
  }

  private static void writeIfKnown(String name, @Nullable String text, JsonGenerator json)
      throws IOException {
    if (text != null) {
      json.writeStringField(name, text);
    }
  }

  private static void writePin(@Nullable Pin pin, JsonGenerator json) throws IOException {
    if (pin == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeNumberField("version", pin.version());
    json.writeStringField("pinned_at", Timestamps.format(pin.pinnedAt()));
    json.writeStringField("reason", pin.reason());
    writeIfKnown("who", pin.who(), json);
    json.writeEndObject();
  }

  private static Pin readPin(JsonFields fields) {
    return fields.make(
        () ->
            new Pin(
                fields.integer("version"),
                fields.text("pinned_at", Timestamps::parse),
                fields.nullableText("reason"),
                fields.optional("who", fields::text).orElse(null)));
  }

  private static void writeWriter(@Nullable WriterIdentity writer, JsonGenerator json)
      throws IOException {
    if (writer == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("lineage", writer.lineage());
    json.writeNumberField("generation", writer.generation());
    json.writeNumberField("epoch", writer.epoch());
    json.writeEndObject();
  }

  private static WriterIdentity readWriter(JsonFields fields) {
    return fields.make(
        () ->
            new WriterIdentity(
                fields.text("lineage"), fields.integer("generation"), fields.integer("epoch")));
  }
}
