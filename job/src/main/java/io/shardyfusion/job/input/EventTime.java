package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * Where the time of a row is, and how late rows may be.
 *
 * <p>The column holds milliseconds since the epoch (a JSON number, or digits in csv) or an ISO-8601
 * instant such as {@code 2026-01-31T12:00:00Z}, of the years 1 to 9999. A row without it is a bad
 * row.
 *
 * @param column the column's name
 * @param maxOutOfOrderness by how much a row may be older than one that came before it; the
 *     watermark stays that far behind
 */
public record EventTime(String column, Duration maxOutOfOrderness) implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final long MIN_MILLIS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
  private static final long MAX_MILLIS = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
  private static final Duration MAX_OUT_OF_ORDERNESS = Duration.ofDays(36_500);

  /** Checks the name and the duration. */
  public EventTime {
    if (column.isEmpty()) {
      throw new InvalidRequestException(
          "the name of the event-time column is empty; name a column of the input");
    }
    if (maxOutOfOrderness.isNegative() || maxOutOfOrderness.compareTo(MAX_OUT_OF_ORDERNESS) > 0) {
      throw new InvalidRequestException(
          "the out-of-orderness must be between 0 and "
              + MAX_OUT_OF_ORDERNESS.toDays()
              + " days, found "
              + maxOutOfOrderness);
    }
  }

  /** The milliseconds since the epoch that a JSON number or the text of a csv field is. */
  long ofInteger(String text) throws BadRowException {
    long millis;
    try {
      millis = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw bad(text);
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
  long ofInstant(String text) throws BadRowException {
    Instant instant;
    try {
      instant = Instant.parse(text);
    } catch (DateTimeException e) {
      throw bad(text);
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
  long ofText(String text) throws BadRowException {
    return isInteger(text) ? ofInteger(text) : ofInstant(text);
  }

  /** A row whose time is no time. */
  BadRowException bad(String found) {
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
