package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;

/** The way to find a message's end in a stream of HTTP/1.1, and its bytes as they are sent. */
enum HttpBody {
  /** There is none. */
  NONE,
  /** Framed by a length: as many bytes as the header says. */
  SIZED,
  /** Chunks, each with its size before it. */
  CHUNKED,
  /** All that comes until the connection ends; answers only. */
  UNTIL_END;

  private static final int BUFFER = 16 * 1024;

  static HttpBody ofRequest(HttpHead head) {
    HttpBody told = told(head.headers());
    return told == UNTIL_END ? NONE : told;
  }

  static HttpBody ofResponse(String method, HttpHead head) throws IOException {
    int status = head.status();
    boolean none = method.equals("HEAD") || status == 204 || status == 304;
    return none ? NONE : told(head.headers());
  }

  private static HttpBody told(Map<String, String> headers) {
    String encoding = headers.getOrDefault("transfer-encoding", "");
    if (encoding.toLowerCase(Locale.ROOT).contains("chunked")) {
      return CHUNKED;
    }
    return headers.containsKey("content-length") ? SIZED : UNTIL_END;
  }

  /** Reads the body to its end, and writes it as it comes. */
  void copy(HttpHead head, InputStream in, OutputStream out) throws IOException {
    switch (this) {
      case NONE -> {}
      case SIZED -> copy(Long.parseLong(head.headers().get("content-length")), in, out);
      case CHUNKED -> copyChunks(in, out);
      case UNTIL_END -> {
        byte[] some = new byte[BUFFER];
        for (int size = in.read(some); size >= 0; size = in.read(some)) {
          out.write(some, 0, size);
        }
      }
    }
    out.flush();
  }

  private static void copy(long size, InputStream in, OutputStream out) throws IOException {
    byte[] some = new byte[BUFFER];
    for (long left = size; left > 0; ) {
      int read = in.read(some, 0, (int) Math.min(left, some.length));
      if (read < 0) {
        throw new EOFException("expected a body of " + size + " bytes, " + left + " did not come");
      }
      out.write(some, 0, read);
      left -= read;
    }
  }

  private static void copyChunks(InputStream in, OutputStream out) throws IOException {
    while (true) {
      String line = copyLine(in, out);
      int semicolon = line.indexOf(';');
      String digits = semicolon < 0 ? line : line.substring(0, semicolon);
      long size = Long.parseLong(digits.strip(), 16);
      if (size == 0) {
        break;
      }
      copy(size, in, out);
      copyLine(in, out);
    }
    while (!copyLine(in, out).isEmpty()) {
      // A trailer: headers up to an empty line.
    }
  }

  private static String copyLine(InputStream in, OutputStream out) throws IOException {
    String line = HttpHead.line(in);
    if (line == null) {
      throw new EOFException("the connection ended between chunks");
    }
    out.write((line + "\r\n").getBytes(ISO_8859_1));
    return line;
  }
}
