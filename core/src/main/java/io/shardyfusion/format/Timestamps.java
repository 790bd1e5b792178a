package io.shardyfusion.format;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Points in time as the format writes them: {@code 2026-11-22T10:00:00.000Z}, UTC, milliseconds,
 * years 1 to 9999.
 */
final class Timestamps {

  private static final String FORM = "yyyy-mm-ddThh:mm:ss.SSSZ";

  private static final DateTimeFormatter FORMATTER =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC)
          .withResolverStyle(ResolverStyle.STRICT);

  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private Timestamps() {}

  /** {@code value} cut to the millisecond, which is what the format can hold. */
  static Instant millis(String field, Instant value) {
    Instant millis = value.truncatedTo(ChronoUnit.MILLIS);
    if (millis.isBefore(FIRST) || millis.isAfter(LAST)) {
      throw new IllegalArgumentException(
          field + " must be from " + FIRST + " to " + LAST + ", found " + value);
    }
    return millis;
  }

  static String format(Instant value) {
    return FORMATTER.format(value);
  }

  static Instant parse(String text) {
    try {
      if (text.length() == FORM.length()) {
        return FORMATTER.parse(text, Instant::from);
      }
    } catch (DateTimeException e) {
      throw malformed(text, e);
    }
    throw malformed(text, null);
  }

  private static IllegalArgumentException malformed(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "expected a UTC time of the form " + FORM + ", found " + Checks.shown(text), cause);
  }
}
