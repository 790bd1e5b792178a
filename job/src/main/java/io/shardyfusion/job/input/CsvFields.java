package io.shardyfusion.job.input;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fields of one CSV record, as windows into its bytes. Strict: a quote is either around a whole
 * field or doubled within one. Reused from row to row; not thread-safe.
 *
 * <p>Records are split here, byte by byte, and not by a CSV library, because a bad row must not
 * take its neighbours along: libraries work on decoded text of a whole file, where the first
 * invalid byte or stray quote ends it all, and they do not say at which byte a record began.
 */
final class CsvFields {

  private final byte delimiter;
  private byte[] data = new byte[0];
  private int[] starts = new int[32];
  private int[] ends = new int[32];
  private boolean[] hasDoubledQuotes = new boolean[32];
  private int size;

  CsvFields(char delimiter) {
    this.delimiter = (byte) delimiter;
  }

  /** Splits the record {@code [from, to)}, valid UTF-8 without its line end. */
  void split(byte[] record, int from, int to) throws BadRowException {
    data = record;
    size = 0;
    int i = from;
    while (true) {
      i = i < to && record[i] == '"' ? quoted(record, i + 1, to) : plain(record, i, to);
      if (i == to) {
        return;
      }
      i++;
    }
  }

  private int plain(byte[] record, int from, int to) throws BadRowException {
    int i = from;
    while (i < to && record[i] != delimiter) {
      byte b = record[i];
      if (b == '"') {
        throw new BadRowException(
            null,
            "a quote within field "
                + (size + 1)
                + ", which is not quoted; put the field in quotes and double it");
      }
      if (b == '\r') {
        throw new BadRowException(
            null,
            "a carriage return within field "
                + (size + 1)
                + ", which is not quoted; end lines with LF or CRLF");
      }
      i++;
    }
    add(from, i, false);
    return i;
  }

  private int quoted(byte[] record, int from, int to) throws BadRowException {
    boolean doubled = false;
    int i = from;
    while (true) {
      while (i < to && record[i] != '"') {
        i++;
      }
      if (i == to) {
        throw new BadRowException(null, "the quote of field " + (size + 1) + " is never closed");
      }
      if (i + 1 < to && record[i + 1] == '"') {
        doubled = true;
        i += 2;
        continue;
      }
      break;
    }
    if (i + 1 < to && record[i + 1] != delimiter) {
      throw new BadRowException(
          null,
          "text after the closing quote of field "
              + (size + 1)
              + "; double quotes that are within a field");
    }
    add(from, i, doubled);
    return i + 1;
  }

  private void add(int from, int to, boolean doubled) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
      hasDoubledQuotes = Arrays.copyOf(hasDoubledQuotes, size * 2);
    }
    starts[size] = from;
    ends[size] = to;
    hasDoubledQuotes[size] = doubled;
    size++;
  }

  /** How many fields the record has; at least one. */
  int size() {
    return size;
  }

  /** The field as text. */
  String text(int field) {
    return hasDoubledQuotes[field]
        ? new String(bytes(field), StandardCharsets.UTF_8)
        : new String(data, starts[field], ends[field] - starts[field], StandardCharsets.UTF_8);
  }

  /** The field's bytes, a copy. */
  byte[] bytes(int field) {
    byte[] copy = Arrays.copyOfRange(data, starts[field], ends[field]);
    if (!hasDoubledQuotes[field]) {
      return copy;
    }
    int to = 0;
    for (int i = 0; i < copy.length; i++) {
      copy[to++] = copy[i];
      if (copy[i] == '"') {
        i++;
      }
    }
    return Arrays.copyOf(copy, to);
  }

  /** Appends the field to a JSON text, as a string with its quotes. */
  void appendJsonString(int field, JsonBytes json) {
    json.appendString(data, starts[field], ends[field], hasDoubledQuotes[field]);
  }
}
