package io.shardyfusion;

/**
 * Text of others within a message: what cannot be seen, or changes the order of what can, is
 * written as an escape of Java and JSON, such as {@code \u200b}. What is escaped once is not
 * changed again. Has no state.
 */
public final class Printable {

  private static final int HANGUL_CHOSEONG_FILLER = 0x115F;
  private static final int HANGUL_JUNGSEONG_FILLER = 0x1160;
  private static final int HANGUL_FILLER = 0x3164;
  private static final int HALFWIDTH_HANGUL_FILLER = 0xFFA0;
  private static final int BRAILLE_BLANK = 0x2800;
  private static final int COMBINING_GRAPHEME_JOINER = 0x034F;

  private Printable() {}

  /** The text in one line. */
  public static String line(String text) {
    return escaped(text, false);
  }

  /** The text, whose line ends stay. */
  public static String lines(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean keepsLines) {
    if (text.codePoints().allMatch(c -> isPrintable(c, keepsLines))) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (isPrintable(c, keepsLines)) {
                escaped.appendCodePoint(c);
              } else {
                for (char half : Character.toChars(c)) {
                  escaped.append(escape(half));
                }
              }
            });
    return escaped.toString();
  }

  private static String escape(char c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> {
        String hex = Integer.toHexString(c);
        yield "\\u" + "0".repeat(4 - hex.length()) + hex;
      }
    };
  }

  private static boolean isPrintable(int c, boolean keepsLines) {
    if (c >= ' ' && c < 0x7F) {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL -> keepsLines && (c == '\n' || c == '\t');
      case Character.FORMAT,
          Character.SURROGATE,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      case Character.NON_SPACING_MARK -> c != COMBINING_GRAPHEME_JOINER && !isVariationSelector(c);
      default ->
          c != HANGUL_CHOSEONG_FILLER
              && c != HANGUL_JUNGSEONG_FILLER
              && c != HANGUL_FILLER
              && c != HALFWIDTH_HANGUL_FILLER
              && c != BRAILLE_BLANK;
    };
  }

  private static boolean isVariationSelector(int c) {
    return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
  }
}
