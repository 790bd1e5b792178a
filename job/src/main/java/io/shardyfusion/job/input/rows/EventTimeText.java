package io.shardyfusion.job.input.rows;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/** Reads the event time of a row from the text of its column. */
final class EventTimeText {

  private static final long MIN_MILLIS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
  private static final long MAX_MILLIS = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private EventTimeText() {}

  /** The milliseconds since the epoch that a JSON number or the text of a csv field is. */
  static long ofInteger(String column, String text) throws BadRowException {
    long millis;
    try {
      millis = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw bad(column, text);
    }
    if (millis < MIN_MILLIS || millis > MAX_MILLIS) {
      throw new BadRowException(
          column,
          "the event time "
              + BadRowException.shown(text)
              + " is not within the years 1 to 9999; expected milliseconds since the epoch");
    }
    return millis;
  }

  /** The milliseconds since the epoch that an ISO-8601 instant is. */
  static long ofInstant(String column, String text) throws BadRowException {
    Instant instant;
    try {
      instant = Instant.parse(text);
    } catch (DateTimeException e) {
      throw bad(column, text);
    }
    if (instant.isBefore(Instant.ofEpochMilli(MIN_MILLIS))
        || instant.isAfter(Instant.ofEpochMilli(MAX_MILLIS).plusNanos(999_999))) {
      throw new BadRowException(
          column,
          "the event time " + BadRowException.shown(text) + " is not within the years 1 to 9999");
    }
    return instant.toEpochMilli();
  }

  /** The milliseconds since the epoch that the text of a csv field is, either way. */
  static long ofText(String column, String text) throws BadRowException {
    return isInteger(text) ? ofInteger(column, text) : ofInstant(column, text);
  }

  /** A row whose time is no time. */
  static BadRowException bad(String column, String found) {
    return new BadRowException(
        column,
        "expected an event time, milliseconds since the epoch or an instant such as"
            + " 2026-01-31T12:00:00Z, found "
            + BadRowException.shown(found));
  }

  private static boolean isInteger(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int from = bytes.length > 0 && bytes[0] == '-' ? 1 : 0;
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return bytes.length > from;
  }
}
