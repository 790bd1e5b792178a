package io.shardyfusion.job.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.RowOrigin;
import io.shardyfusion.job.input.rows.Utf8;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes bad rows as JSON lines. */
final class DeadLetters {

  private static final JsonFactory JSON = new JsonFactory();

  private DeadLetters() {}

  /**
   * The row as a JSON line, with its line end: file and line, or topic, partition, offset and key;
   * the reason; and the row as text or, where it is not valid UTF-8, as base64.
   *
   * @param line the number of the row's line in its file, or 0 if it is not known
   */
  static byte[] of(RawRow raw, long line, String reason) {
    // Written as characters: a reason cuts long texts, perhaps in the middle of a surrogate pair.
    StringWriter letter = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(letter)) {
      json.writeStartObject();
      if (raw.origin instanceof RowOrigin.InTopic topic) {
        json.writeStringField("topic", topic.topic());
        json.writeNumberField("partition", topic.partition());
        json.writeNumberField("offset", raw.line);
        writeKey(json, raw);
      } else {
        json.writeStringField("file", raw.origin.shown());
        if (line == 0) {
          json.writeNullField("line");
        } else {
          json.writeNumberField("line", line);
        }
      }
      json.writeStringField("reason", reason);
      if (raw.isTombstone) {
        json.writeNullField("row");
      } else {
        write(json, "row", raw.data, raw.from, raw.length());
      }
      json.writeEndObject();
    } catch (IOException e) {
      // Writing to a string does not fail.
      throw new UncheckedIOException(e);
    }
    return letter.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void writeKey(JsonGenerator json, RawRow raw) throws IOException {
    byte[] key = raw.recordKey;
    if (key == null) {
      json.writeNullField("key");
    } else {
      write(json, "key", key, 0, key.length);
    }
  }

  private static void write(JsonGenerator json, String name, byte[] data, int from, int length)
      throws IOException {
    if (Utf8.firstInvalid(data, from, from + length) < 0) {
      json.writeStringField(name, new String(data, from, length, StandardCharsets.UTF_8));
    } else {
      json.writeFieldName(name + "_base64");
      json.writeBinary(data, from, length);
    }
  }
}
