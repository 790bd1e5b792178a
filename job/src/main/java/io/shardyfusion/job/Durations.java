package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as options write them: a number and a unit, {@code ms}, {@code s}, {@code m}, {@code h}
 * or {@code d}.
 */
public final class Durations {

  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private Durations() {}

  /**
   * The duration that {@code text} is, such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h};
   * zero too.
   *
   * @param option the option that it is the value of, for the message
   * @throws InvalidRequestException if it is no duration
   */
  public static Duration parse(String option, String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidRequestException(
          option
              + " '"
              + text
              + "' is no duration; expected a number and a unit, such as 500ms, 10s, 5m, 1h");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
