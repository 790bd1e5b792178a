package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.rows.BadRowException;
import io.shardyfusion.job.input.rows.CsvFields;
import io.shardyfusion.job.input.rows.Utf8;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The rule for the header of a csv file: valid UTF-8, each column once, all needed columns there.
 *
 * @param delimiter what separates fields
 * @param needed the columns that must be there
 */
record CsvHeaderRule(char delimiter, List<String> needed) implements Serializable {

  private static final long serialVersionUID = 1L;

  CsvHeaderRule {
    needed = List.copyOf(needed);
  }

  /** The column names of the header {@code [from, to)}. */
  List<String> parse(byte[] data, int from, int to) throws BadRowException {
    Utf8.check(data, from, to);
    if (Utf8.startsWithByteOrderMark(data, from, to)) {
      throw new BadRowException(null, "the header begins with a second byte order mark (U+FEFF)");
    }
    List<String> columns = new CsvFields(delimiter).split(data, from, to);
    Set<String> seen = new LinkedHashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw new BadRowException(
            null, "the header has the column " + BadRowException.shown(column) + " twice");
      }
    }
    for (String column : needed) {
      if (!seen.contains(column)) {
        throw new BadRowException(
            null,
            "the header has no column "
                + BadRowException.shown(column)
                + "; it has "
                + BadRowException.shown(String.join(String.valueOf(delimiter), columns)));
      }
    }
    return List.copyOf(columns);
  }
}
