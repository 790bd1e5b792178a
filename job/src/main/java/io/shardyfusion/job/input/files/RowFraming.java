package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.rows.ByteSearch;

/** The way to find where rows end. One instance belongs to one reader; not thread-safe. */
public sealed interface RowFraming {

  /** The framing of a format. */
  static RowFraming of(RowFormat format) {
    if (format instanceof RowFormat.Csv csv) {
      return new CsvRecords(csv.delimiter());
    }
    return new Lines();
  }

  /**
   * The index of the line end of the row that begins at {@code from}, or -1 if it is not in {@code
   * [from, to)}.
   */
  int endOfRow(byte[] data, int from, int to);

  /** The number of lines of the row whose end was found last. */
  int lines();

  /**
   * Returns whether a row without a line end that is all of {@code [from, to)} is incomplete even
   * at the end of a file.
   */
  boolean isCutOff(byte[] data, int from, int to);

  /**
   * Returns whether the row {@code [from, to)}, without its line end, holds nothing and is skipped.
   */
  boolean isBlank(byte[] data, int from, int to);

  /** A row is a line. */
  final class Lines implements RowFraming {

    @Override
    public int endOfRow(byte[] data, int from, int to) {
      return ByteSearch.indexOf(data, from, to, (byte) '\n');
    }

    @Override
    public int lines() {
      return 1;
    }

    @Override
    public boolean isCutOff(byte[] data, int from, int to) {
      return false;
    }

    @Override
    public boolean isBlank(byte[] data, int from, int to) {
      int i = from;
      while (i < to && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r')) {
        i++;
      }
      return i == to;
    }
  }

  /**
   * A row is a CSV record: a line end within quotes does not end it. A quote opens only at the
   * beginning of a field, so one stray quote spoils one row and not all that follow.
   */
  final class CsvRecords implements RowFraming {

    private final byte delimiter;
    private int lines;
    private boolean insideQuotes;

    CsvRecords(char delimiter) {
      this.delimiter = (byte) delimiter;
    }

    @Override
    public int endOfRow(byte[] data, int from, int to) {
      lines = 1;
      insideQuotes = false;
      int i = ByteSearch.indexOfEither(data, from, to, (byte) '\n', (byte) '"');
      return i < 0 || data[i] == '\n' ? i : endOfQuotedRow(data, from, i, to);
    }

    /** The first quote is at {@code quote}; none is before it. */
    private int endOfQuotedRow(byte[] data, int from, int quote, int to) {
      int i = quote;
      while (i >= 0) {
        if (data[i] == '\n') {
          return i;
        }
        if (i == from || data[i - 1] == delimiter) {
          i = afterClosingQuote(data, i + 1, to);
          if (i < 0) {
            return -1;
          }
        } else {
          i++;
        }
        i = ByteSearch.indexOfEither(data, i, to, (byte) '\n', (byte) '"');
      }
      return -1;
    }

    private int afterClosingQuote(byte[] data, int from, int to) {
      for (int i = from; i < to; i++) {
        if (data[i] == '\n') {
          lines++;
        } else if (data[i] == '"') {
          if (i + 1 < to && data[i + 1] == '"') {
            i++;
          } else {
            return i + 1;
          }
        }
      }
      insideQuotes = true;
      return -1;
    }

    @Override
    public int lines() {
      return lines;
    }

    @Override
    public boolean isCutOff(byte[] data, int from, int to) {
      return endOfRow(data, from, to) < 0 && insideQuotes;
    }

    @Override
    public boolean isBlank(byte[] data, int from, int to) {
      return from == to;
    }
  }
}
