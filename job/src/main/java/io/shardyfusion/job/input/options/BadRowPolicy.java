package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.surroundings.LocalPath;
import java.io.Serializable;

/**
 * The treatment of a row that cannot be used. A defect after which nobody knows where the next row
 * begins (damaged compression, a quote that is never closed, a row that is too long, a wrong csv
 * header) ends the job under every policy.
 */
public sealed interface BadRowPolicy extends Serializable {

  /** The job fails, nothing is published, the message names file, line and reason. */
  record Fail() implements BadRowPolicy {
    private static final long serialVersionUID = 1L;
  }

  /** The row is left out and counted. */
  record Skip() implements BadRowPolicy {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The row is left out, counted, and written as a JSON line with file, line, reason and the row
   * itself.
   *
   * @param directory where the files of such rows go, a URI of any filesystem that Flink knows
   */
  record DeadLetter(String directory) implements BadRowPolicy {
    private static final long serialVersionUID = 1L;

    /** Checks the directory. */
    public DeadLetter {
      if (directory.isBlank()) {
        throw new InvalidRequestException(
            "dead-letter: needs the URI of a directory, for example dead-letter:/tmp/bad");
      }
      LocalPath.check(directory);
    }
  }

  /**
   * The policy as options write it: {@code fail}, {@code skip} or {@code dead-letter:URI}.
   *
   * @throws InvalidRequestException if it is none of them
   */
  static BadRowPolicy of(String text) {
    if (text.startsWith("dead-letter:")) {
      return new DeadLetter(text.substring("dead-letter:".length()));
    }
    return switch (text) {
      case "fail" -> new Fail();
      case "skip" -> new Skip();
      default ->
          throw new InvalidRequestException(
              "unknown policy for bad rows '"
                  + text
                  + "'; expected one of fail, skip, dead-letter:URI");
    };
  }
}
