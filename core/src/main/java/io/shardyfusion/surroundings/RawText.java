package io.shardyfusion.surroundings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts as the bytes that the operating system was given. */
final class RawText {

  private static final RawText UNKNOWN = new RawText(List.of());

  private final List<byte[]> texts;

  private RawText(List<byte[]> texts) {
    this.texts = List.copyOf(texts);
  }

  /**
   * The texts of a file of {@code /proc}, where each ends with a zero byte; none where the file
   * cannot be read, as on an operating system without it.
   */
  static RawText of(Path file) {
    try {
      return of(Files.readAllBytes(file));
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  static RawText of(byte[] content) {
    List<byte[]> texts = new ArrayList<>();
    int begin = 0;
    for (int at = 0; at < content.length; at++) {
      if (content[at] == 0) {
        texts.add(Arrays.copyOfRange(content, begin, at));
        begin = at + 1;
      }
    }
    return new RawText(texts);
  }

  /** The text so many places before the end, 1 for the last one, or null if it is not known. */
  byte @Nullable [] fromEnd(int place) {
    return place > texts.size() ? null : texts.get(texts.size() - place);
  }

  /** The value of {@code name=value}, or null if it is not known. */
  byte @Nullable [] valueOf(String name) {
    String begin = name + "=";
    for (byte[] text : texts) {
      // Names are ASCII, which every character set of a locale has at the same places.
      String ascii = new String(text, ISO_8859_1);
      if (ascii.startsWith(begin)) {
        return Arrays.copyOfRange(text, begin.length(), text.length);
      }
    }
    return null;
  }

  /** Returns whether {@code raw} is {@code text} in {@code charset}, without invalid bytes. */
  static boolean is(byte @Nullable [] raw, String text, Charset charset) {
    if (raw == null) {
      return false;
    }
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(raw)).toString().equals(text);
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
