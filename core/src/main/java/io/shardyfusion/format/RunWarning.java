package io.shardyfusion.format;

import java.time.Instant;

/**
 * Something that a run met and that did not end it, such as a file of its input that cannot be
 * read.
 *
 * @param since when it was met first; cut to the millisecond
 * @param lasts whether it was still so when it was looked at last; else it is something that
 *     happened
 * @param message which thing, and what is wrong with it; not empty, and cut after {@link
 *     Limits#MAX_WARNING} characters
 */
public record RunWarning(Instant since, boolean lasts, String message) {

  /** Checks the parts. */
  public RunWarning {
    since = Timestamps.millis("since", since);
    message = RunRecord.printable(message, Limits.MAX_WARNING);
    Checks.text("message", message, Limits.MAX_WARNING);
  }
}
