package io.shardyfusion.job.input;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A compact JSON text that is put together from valid pieces. Reused; not thread-safe. */
final class JsonBytes {

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] text = new byte[1024];
  private int length;

  /**
   * What goes before each value of a JSON object with these members: name, colon, and a brace or
   * comma.
   */
  static byte[][] memberNames(List<String> members) {
    byte[][] names = new byte[members.size()][];
    JsonBytes json = new JsonBytes();
    for (int i = 0; i < names.length; i++) {
      byte[] name = members.get(i).getBytes(StandardCharsets.UTF_8);
      json.clear();
      json.append(i == 0 ? '{' : ',');
      json.appendString(name, 0, name.length, false);
      json.append(':');
      names[i] = json.toByteArray();
    }
    return names;
  }

  void clear() {
    length = 0;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(text, length);
  }

  void append(char ascii) {
    reserve(1);
    text[length++] = (byte) ascii;
  }

  void append(byte[] piece) {
    append(piece, 0, piece.length);
  }

  void append(byte[] data, int from, int to) {
    reserve(to - from);
    System.arraycopy(data, from, text, length, to - from);
    length += to - from;
  }

  /**
   * Appends a valid JSON value without the white space between its tokens; all else stays as it is
   * written.
   */
  void appendCompact(byte[] json, int from, int to) {
    reserve(to - from);
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte b = json[i];
      if (inString) {
        text[length++] = b;
        if (b == '\\') {
          text[length++] = json[++i];
        } else if (b == '"') {
          inString = false;
        }
      } else if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        text[length++] = b;
        inString = b == '"';
      }
    }
  }

  /**
   * Appends UTF-8 text as a JSON string; if {@code doubledQuotes}, each quote in it is there twice
   * and meant once.
   */
  void appendString(byte[] data, int from, int to, boolean doubledQuotes) {
    append('"');
    int plainFrom = from;
    for (int i = from; i < to; i++) {
      byte b = data[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        append(data, plainFrom, i);
        appendEscaped(b);
        if (b == '"' && doubledQuotes) {
          i++;
        }
        plainFrom = i + 1;
      }
    }
    append(data, plainFrom, to);
    append('"');
  }

  private void appendEscaped(byte b) {
    append('\\');
    switch (b) {
      case '"' -> append('"');
      case '\\' -> append('\\');
      case '\n' -> append('n');
      case '\r' -> append('r');
      case '\t' -> append('t');
      case '\b' -> append('b');
      case '\f' -> append('f');
      default -> {
        append('u');
        append('0');
        append('0');
        append((char) HEX[b >> 4]);
        append((char) HEX[b & 15]);
      }
    }
  }

  private void reserve(int more) {
    if (text.length - length < more) {
      text = Arrays.copyOf(text, Math.max(length + more, text.length * 2));
    }
  }
}
