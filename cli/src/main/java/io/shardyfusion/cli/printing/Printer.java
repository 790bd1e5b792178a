package io.shardyfusion.cli.printing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes results in the form that the user chose. Not thread-safe. */
public final class Printer {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final OutputFormat format;
  private final Output output;

  public Printer(OutputFormat format, Output output) {
    this.format = format;
    this.output = output;
  }

  /** A new, empty object, whose fields are written in the order they are put. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The tree of one of our JSON documents. */
  public static JsonNode tree(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException("what is in memory, and was written as JSON, can be read", e);
    }
  }

  /** A point in time as the format's objects write it: UTC, to the millisecond. */
  public static String time(Instant time) {
    return TIME.format(time);
  }

  public OutputFormat format() {
    return format;
  }

  /**
   * Writes a result that is one object.
   *
   * @param textFields the fields of the bare form; where it is all of them, each is a line with its
   *     name
   */
  public void document(ObjectNode document, List<String> textFields) {
    switch (format) {
      case JSON -> output.write(pretty(document) + "\n");
      case JSONL -> output.write(compact(document) + "\n");
      case TABLE -> output.write(Table.vertical(document));
      case TEXT -> output.write(bare(document, textFields) + "\n");
    }
  }

  /**
   * Writes a result that is one object, in the bare form with a line a field: its name, a tab, its
   * value.
   */
  public void document(ObjectNode document) {
    if (format == OutputFormat.TEXT) {
      document
          .properties()
          .forEach(e -> output.write(e.getKey() + "\t" + text(e.getValue()) + "\n"));
    } else {
      document(document, List.of());
    }
  }

  /** Sends on what was written so far: for results that come now and then. */
  public void flush() {
    output.flush();
  }

  /** Writes text as it is, whatever the form: for what is meant for people only. */
  public void text(String text) {
    output.write(text);
  }

  /**
   * Begins a result of many rows, written as they come, in bounded memory.
   *
   * @param columns the names of all fields, for the head of the table
   * @param textFields the fields of the bare form
   */
  public RowWriter rows(List<String> columns, List<String> textFields) {
    return switch (format) {
      case JSON -> JsonArrayWriter.pretty(output, "", "");
      case JSONL -> row -> output.write(compact(row) + "\n");
      case TABLE -> new Table(columns, output);
      case TEXT -> row -> output.write(bare(row, textFields) + "\n");
    };
  }

  /**
   * Begins a result that is one object with a number and an array of rows, written as they come. In
   * the forms without structure there are the rows only.
   */
  public RowWriter nestedRows(
      String name, long value, String arrayName, List<String> columns, List<String> textFields) {
    return switch (format) {
      case JSON ->
          JsonArrayWriter.pretty(
              output, "{\n  \"" + name + "\" : " + value + ",\n  \"" + arrayName + "\" : ", "\n}");
      case JSONL ->
          JsonArrayWriter.compact(
              output, "{\"" + name + "\":" + value + ",\"" + arrayName + "\":", "}");
      case TABLE, TEXT -> rows(columns, textFields);
    };
  }

  public static String compact(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }

  public static String pretty(JsonNode node) {
    try {
      return PRETTY.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }

  /** A value without quotes; nothing for null. */
  public static String text(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return value.isValueNode() ? value.asText() : compact(value);
  }

  private static String bare(ObjectNode row, List<String> fields) {
    return fields.stream().map(f -> text(row.path(f))).collect(Collectors.joining("\t"));
  }
}
