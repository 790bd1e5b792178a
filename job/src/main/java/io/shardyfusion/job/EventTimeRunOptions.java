package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.options.EventTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a run whose rows have a time. A picocli mixin. */
public final class EventTimeRunOptions {

  @Option(
      names = "--event-time",
      paramLabel = "COL",
      description =
          "The column of a row's time, epoch milliseconds or an ISO-8601 instant; makes the watermark of a snapshot.")
  @Nullable String column;

  @Option(
      names = "--max-out-of-orderness",
      paramLabel = "D",
      description =
          "The time by which a row may be older than one before it, such as 10s: the watermark stays that far behind (default: 0s).")
  @Nullable String maxOutOfOrderness;

  /**
   * The column that holds the time of a row, or null if rows have none.
   *
   * @throws InvalidRequestException if a value cannot be used
   */
  public @Nullable EventTime toEventTime() {
    if (column == null) {
      if (maxOutOfOrderness != null) {
        throw new InvalidRequestException(
            "--max-out-of-orderness is given, but no column of times; add --event-time COL");
      }
      return null;
    }
    return new EventTime(
        column,
        maxOutOfOrderness == null
            ? Duration.ZERO
            : Durations.parse("--max-out-of-orderness", maxOutOfOrderness));
  }
}
