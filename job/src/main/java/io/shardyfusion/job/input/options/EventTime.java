package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.time.Duration;

/**
 * The column that holds the time of a row, and the lateness that rows may have.
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
}
