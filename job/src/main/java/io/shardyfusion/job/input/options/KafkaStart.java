package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;

/** The place in a topic where a job begins that is not restored. */
public sealed interface KafkaStart extends Serializable {

  /** The oldest record that the topic holds. */
  record Earliest() implements KafkaStart {
    private static final long serialVersionUID = 1L;
  }

  /** Behind the newest record. */
  record Latest() implements KafkaStart {
    private static final long serialVersionUID = 1L;
  }

  /** The group's committed offsets; the oldest record of a partition that has none. */
  record Committed() implements KafkaStart {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The first record that is not older; behind the newest record where all are.
   *
   * @param time compared with the records' own timestamps, to the millisecond
   */
  record Timestamp(Instant time) implements KafkaStart {
    private static final long serialVersionUID = 1L;

    /** Checks that it is not before the epoch. */
    public Timestamp {
      if (time.isBefore(Instant.EPOCH)) {
        throw new InvalidRequestException(
            "the start in Kafka is before 1970, found " + time + "; choose earliest");
      }
    }
  }

  /**
   * The start as options write it: {@code earliest}, {@code latest}, {@code committed}, {@code
   * timestamp:} with an ISO-8601 instant or milliseconds since the epoch.
   *
   * @throws InvalidRequestException if it is none of them
   */
  static KafkaStart of(String text) {
    if (text.startsWith("timestamp:")) {
      return new Timestamp(instant(text.substring("timestamp:".length())));
    }
    return switch (text) {
      case "earliest" -> new Earliest();
      case "latest" -> new Latest();
      case "committed" -> new Committed();
      default ->
          throw new InvalidRequestException(
              "unknown start in Kafka '"
                  + text
                  + "'; expected one of earliest, latest, committed, timestamp:TIME");
    };
  }

  private static Instant instant(String text) {
    try {
      return text.chars().allMatch(c -> c >= '0' && c <= '9') && !text.isEmpty()
          ? Instant.ofEpochMilli(Long.parseLong(text))
          : Instant.parse(text);
    } catch (DateTimeException | NumberFormatException e) {
      throw new InvalidRequestException(
          "the start in Kafka 'timestamp:"
              + text
              + "' is no time; expected timestamp:2026-01-31T12:00:00Z, or milliseconds since the"
              + " epoch",
          e);
    }
  }
}
