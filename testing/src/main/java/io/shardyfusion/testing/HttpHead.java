package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The first line and the headers of a message of HTTP/1.1, as they are sent.
 *
 * @param first the first line
 * @param lines of the headers, {@code Name: value}
 */
record HttpHead(String first, List<String> lines) {

  private static final int MAX_LINE = 64 * 1024;

  HttpHead {
    lines = List.copyOf(lines);
  }

  /** Reads one; null where there is no more. */
  static @Nullable HttpHead read(InputStream in) throws IOException {
    String first = line(in);
    if (first == null) {
      return null;
    }
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = line(in);
      if (line == null) {
        throw new EOFException("the connection ended after " + first);
      }
      if (line.isEmpty()) {
        return new HttpHead(first, lines);
      }
      lines.add(line);
    }
  }

  /** A line without its end; null at the end of the stream. */
  static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        if (line.length() == 0) {
          return null;
        }
        throw new EOFException("the connection ended within the line " + line);
      }
      if (line.length() == MAX_LINE) {
        throw new IOException("a line of more than " + MAX_LINE + " bytes");
      }
      line.append((char) next);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }

  void write(OutputStream out) throws IOException {
    StringBuilder text = new StringBuilder(first).append("\r\n");
    lines.forEach(line -> text.append(line).append("\r\n"));
    out.write(text.append("\r\n").toString().getBytes(ISO_8859_1));
    out.flush();
  }

  /** Headers by name in lower case. */
  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      headers.merge(name(line), line.substring(colon + 1).strip(), (a, b) -> a + "," + b);
    }
    return headers;
  }

  /** The same without headers of those names, in lower case. */
  HttpHead without(Predicate<String> names) {
    return new HttpHead(first, lines.stream().filter(line -> !names.test(name(line))).toList());
  }

  HttpHead with(String line) {
    List<String> more = new ArrayList<>(lines);
    more.add(line);
    return new HttpHead(first, more);
  }

  /** A request's, as tests see it. */
  ProxiedRequest request() throws IOException {
    String[] words = first.split(" ", -1);
    if (words.length != 3) {
      throw new IOException("expected a line of a request, found " + first);
    }
    int mark = words[1].indexOf('?');
    return mark < 0
        ? new ProxiedRequest(words[0], words[1], "", headers())
        : new ProxiedRequest(
            words[0], words[1].substring(0, mark), words[1].substring(mark + 1), headers());
  }

  /** An answer's status. */
  int status() throws IOException {
    String[] words = first.split(" ", -1);
    if (words.length < 2 || !first.startsWith("HTTP/")) {
      throw new IOException("expected a line of an answer, found " + first);
    }
    return Integer.parseInt(words[1]);
  }

  private static String name(String line) {
    int colon = line.indexOf(':');
    return line.substring(0, Math.max(colon, 0)).strip().toLowerCase(Locale.ROOT);
  }
}
