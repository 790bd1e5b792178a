package io.shardyfusion.job.input.rows;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A compact JSON text that is put together from valid pieces. Reused; not thread-safe. */
final class JsonBytes {

  private static final JsonStringEncoder STRINGS = JsonStringEncoder.getInstance();

  private byte[] text = new byte[1024];
  private int length;

  /**
   * The bytes that go before each value of a JSON object with these members: name, colon, and a
   * brace or comma.
   */
  static byte[][] memberNames(List<String> members) {
    byte[][] names = new byte[members.size()][];
    JsonBytes json = new JsonBytes();
    for (int i = 0; i < names.length; i++) {
      json.clear();
      json.append(i == 0 ? '{' : ',');
      json.appendString(members.get(i));
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
    reserve(piece.length);
    System.arraycopy(piece, 0, text, length, piece.length);
    length += piece.length;
  }

  /**
   * Appends a valid JSON value without the white space between its tokens; all else stays as it is
   * written.
   */
  void appendCompact(String value) {
    byte[] json = value.getBytes(StandardCharsets.UTF_8);
    reserve(json.length);
    boolean inString = false;
    for (int i = 0; i < json.length; i++) {
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

  /** Appends text, which has no unpaired surrogates, as a JSON string. */
  void appendString(String string) {
    append('"');
    append(STRINGS.quoteAsUTF8(string));
    append('"');
  }

  private void reserve(int more) {
    if (text.length - length < more) {
      text = Arrays.copyOf(text, Math.max(length + more, text.length * 2));
    }
  }
}
