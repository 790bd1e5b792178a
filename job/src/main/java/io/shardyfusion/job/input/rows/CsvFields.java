package io.shardyfusion.job.input.rows;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.shardyfusion.job.input.files.RowFraming;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits one CSV record into its fields, with FastCSV. Strict: a quote is either around a whole
 * field or doubled within one, and a carriage return is within quotes.
 *
 * <p>Records are split one by one, and not a file at a time, so that a bad record does not take its
 * neighbours along; {@link RowFraming} says where they begin and end. Reused from row to row; not
 * thread-safe.
 */
public final class CsvFields {

  private final CsvReader.CsvReaderBuilder reader;
  private final Fields fields = new Fields();

  public CsvFields(char delimiter) {
    this.reader =
        CsvReader.builder()
            .fieldSeparator(delimiter)
            .skipEmptyLines(false)
            .allowUnclosedQuote(false);
  }

  /**
   * The fields, at least one, of the record {@code [from, to)}, valid UTF-8 without its line end.
   * The list is reused.
   */
  public List<String> split(byte[] data, int from, int to) throws BadRowException {
    String row = new String(data, from, to - from, StandardCharsets.UTF_8);
    List<String> found;
    try {
      found = reader.ofSingleCsvRecord(fields, row);
    } catch (CsvParseException e) {
      throw new BadRowException(
          null,
          """
          field %s is not valid CSV: %s; a field that has quotes is put in quotes, and its \
          own are doubled"""
              .formatted(fields.found.size() + 1, reasonOf(e)));
    }
    // The library takes it for the end of a record; the rest of the row would be lost.
    if (fields.carriageReturns < ByteSearch.count(data, from, to, (byte) '\r')) {
      throw new BadRowException(
          null, "a carriage return that is not within quotes; end lines with LF or CRLF");
    }
    return found;
  }

  /** The library's reason, without its line, which is always the first. */
  private static String reasonOf(CsvParseException e) {
    Throwable reason = e.getCause() instanceof CsvParseException cause ? cause : e;
    return String.valueOf(reason.getMessage()).replace(" (record starting at line 1)", "");
  }

  /** Collects fields, and rejects what the library lets pass: quotes in a field without quotes. */
  private static final class Fields extends AbstractBaseCsvCallbackHandler<List<String>> {

    private final List<String> found = new ArrayList<>();
    private int carriageReturns;

    @Override
    protected void handleBegin(long startingLineNumber) {
      found.clear();
      carriageReturns = 0;
    }

    @Override
    protected void handleField(int index, char[] text, int offset, int length, boolean quoted) {
      String field = new String(text, offset, length);
      if (!quoted && field.indexOf('"') >= 0) {
        throw new CsvParseException("Quote in a field that is not quoted");
      }
      for (int i = field.indexOf('\r'); i >= 0; i = field.indexOf('\r', i + 1)) {
        carriageReturns++;
      }
      found.add(field);
    }

    @Override
    protected List<String> buildRecord() {
      return found;
    }
  }
}
