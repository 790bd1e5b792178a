package io.shardyfusion.cli.reading;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keys from standard input, one JSON string or number a line. Blank lines are skipped. A line that
 * is no key of the dataset is an {@link InvalidRequestException} that names the line.
 */
final class KeyLines {

  /** A key's JSON is at most six times as long as the key, and never longer than this. */
  private static final int MAX_LINE_BYTES = 6 * KeyEncoding.MAX_KEY_BYTES + 16;

  private final InputStream in;
  private final DatasetKeys keys;
  private long line;

  KeyLines(InputStream in, DatasetKeys keys) {
    this.in = new BufferedInputStream(in);
    this.keys = keys;
  }

  /** The next key, or null at the end. */
  @Nullable Key next() {
    for (String text = nextLine(); text != null; text = nextLine()) {
      if (!text.isBlank()) {
        try {
          return keys.parseJson(text.strip());
        } catch (InvalidRequestException e) {
          throw new InvalidRequestException(
              "line " + line + " of standard input: " + e.getMessage(), e);
        }
      }
    }
    return null;
  }

  private @Nullable String nextLine() {
    line++;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      for (; b >= 0 && b != '\n'; b = in.read()) {
        bytes.write(b);
        if (bytes.size() > MAX_LINE_BYTES) {
          throw new InvalidRequestException(
              "line %s of standard input is longer than any key: %s bytes"
                  .formatted(line, MAX_LINE_BYTES));
        }
      }
    } catch (IOException e) {
      throw new StorageException("standard input could not be read: " + e.getMessage(), e);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidRequestException("line " + line + " of standard input is not UTF-8", e);
    }
  }
}
