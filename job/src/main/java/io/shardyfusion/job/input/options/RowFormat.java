package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** The form of rows in a file: one JSON object a line, or CSV with a header. */
public sealed interface RowFormat extends Serializable {

  /** JSON Lines: one JSON object a line, UTF-8; blank lines are skipped. */
  record Jsonl() implements RowFormat {
    private static final long serialVersionUID = 1L;
  }

  /**
   * RFC 4180 with a header line, UTF-8; lines end with LF or CRLF, blank lines are skipped.
   *
   * @param delimiter what separates fields: one ASCII character, neither quote nor line end
   */
  record Csv(char delimiter) implements RowFormat {
    private static final long serialVersionUID = 1L;

    /** Checks the delimiter. */
    public Csv {
      if (delimiter >= 0x80
          || delimiter == '"'
          || delimiter == '\r'
          || delimiter == '\n'
          || delimiter == 0) {
        throw badDelimiter(String.valueOf(delimiter));
      }
    }

    static InvalidRequestException badDelimiter(String found) {
      return new InvalidRequestException(
          "the csv delimiter must be one ASCII character, neither quote nor line end (\\t for a tab), found '"
              + found
              + "'");
    }
  }

  /**
   * The format of that name.
   *
   * @param name {@code jsonl} or {@code csv}
   * @param csvDelimiter one character, or {@code \t} for a tab; null for a comma; only for csv
   * @throws InvalidRequestException if there is no such format, or the delimiter does not fit it
   */
  static RowFormat of(String name, @Nullable String csvDelimiter) {
    return switch (name) {
      case "jsonl" -> {
        if (csvDelimiter != null) {
          throw new InvalidRequestException(
              "a csv delimiter is given but the format is jsonl; leave it out");
        }
        yield new Jsonl();
      }
      case "csv" -> new Csv(csvDelimiter == null ? ',' : delimiter(csvDelimiter));
      default ->
          throw new InvalidRequestException(
              "unknown format '" + name + "'; expected one of jsonl, csv");
    };
  }

  private static char delimiter(String text) {
    if (text.equals("\\t")) {
      return '\t';
    }
    if (text.length() != 1) {
      throw Csv.badDelimiter(text);
    }
    return text.charAt(0);
  }
}
