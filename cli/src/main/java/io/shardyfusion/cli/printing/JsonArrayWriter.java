package io.shardyfusion.cli.printing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;

/** Writes rows as the elements of a JSON array, alone or within an object. */
final class JsonArrayWriter implements RowWriter {

  private final Output output;
  private final Function<JsonNode, String> toText;
  private final String head;
  private final String tail;
  private boolean empty = true;

  private JsonArrayWriter(
      Output output, Function<JsonNode, String> toText, String head, String tail) {
    this.output = output;
    this.toText = toText;
    this.head = head;
    this.tail = tail;
  }

  /** An array for people, between {@code head} and {@code tail}. */
  static JsonArrayWriter pretty(Output output, String head, String tail) {
    return new JsonArrayWriter(output, Printer::pretty, head, tail);
  }

  /** An array in one line, likewise. */
  static JsonArrayWriter compact(Output output, String head, String tail) {
    return new JsonArrayWriter(output, Printer::compact, head, tail);
  }

  @Override
  public void write(ObjectNode row) {
    output.write(empty ? head + "[" : ",");
    output.write(toText.apply(row));
    empty = false;
  }

  @Override
  public void close() {
    output.write((empty ? head + "[" : "") + "]" + tail + "\n");
  }
}
