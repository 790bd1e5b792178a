package io.shardyfusion.job.input.rows;

import io.shardyfusion.Printable;
import org.jspecify.annotations.Nullable;

/**
 * A row that cannot be used, and why, in one line of printable characters. Has no stack trace:
 * there may be many.
 */
public final class BadRowException extends Exception {

  private static final long serialVersionUID = 1L;

  private static final int MAX_SHOWN = 80;

  private final String reason;

  /**
   * A row with a reason that concerns one column, or, where {@code column} is null, the whole row.
   */
  public BadRowException(@Nullable String column, String reason) {
    super(
        Printable.line(column == null ? reason : "column \"" + column + "\": " + reason),
        null,
        false,
        false);
    this.reason = Printable.line(reason);
  }

  /** Why the row cannot be used, without the column. */
  String reason() {
    return reason;
  }

  /** The text in quotes, cut where it is long. */
  public static String shown(String text) {
    return text.length() <= MAX_SHOWN
        ? '"' + text + '"'
        : '"' + text.substring(0, MAX_SHOWN) + "…\" (" + text.length() + " characters)";
  }
}
