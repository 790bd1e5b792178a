package io.shardyfusion.cli.printing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Tables for people. Many rows come in pages, so that they need not fit into memory; a long cell is
 * cut in a table of rows and wrapped in that of one object. Control characters are escaped, so that
 * data cannot drive the terminal. A number of rows that is an estimate is marked: {@code ~4}.
 */
final class Table implements RowWriter {

  private static final int PAGE_ROWS = 1000;
  private static final int MAX_CELL = 80;

  private final List<String> columns;
  private final Output output;
  private final List<ObjectNode> page = new ArrayList<>();
  private boolean written;

  Table(List<String> columns, Output output) {
    this.columns = List.copyOf(columns);
    this.output = output;
  }

  /** The table of one object: a line a field. */
  static String vertical(ObjectNode document) {
    Column[] columns = {
      new Column().header("field").dataAlign(HorizontalAlign.LEFT),
      new Column()
          .header("value")
          .dataAlign(HorizontalAlign.LEFT)
          .headerAlign(HorizontalAlign.LEFT)
          .maxWidth(MAX_CELL + 2, OverflowBehaviour.NEWLINE)
    };
    Object[][] cells =
        document.properties().stream()
            .map(e -> new Object[] {e.getKey(), cell(document, e.getKey())})
            .toArray(Object[][]::new);
    return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns, cells) + "\n";
  }

  @Override
  public void write(ObjectNode row) {
    page.add(row);
    if (page.size() == PAGE_ROWS) {
      writePage();
    }
  }

  @Override
  public void close() {
    if (!page.isEmpty() || !written) {
      writePage();
    }
  }

  private void writePage() {
    Column[] heads = columns.stream().map(this::head).toArray(Column[]::new);
    Object[][] cells =
        page.stream()
            .map(row -> columns.stream().map(c -> cell(row, c)).toArray())
            .toArray(Object[][]::new);
    output.write(AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, heads, cells));
    output.write("\n");
    page.clear();
    written = true;
  }

  private Column head(String name) {
    boolean numbers = page.stream().allMatch(row -> row.path(name).isNumber());
    return new Column()
        .header(name)
        .headerAlign(HorizontalAlign.LEFT)
        .dataAlign(numbers && !page.isEmpty() ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT)
        .maxWidth(MAX_CELL + 2, OverflowBehaviour.ELLIPSIS_RIGHT);
  }

  private static String cell(ObjectNode row, String column) {
    JsonNode exact = row.path(column + "_exact");
    boolean isEstimate = exact.isBoolean() && !exact.booleanValue();
    return (isEstimate ? "~" : "") + cell(row.path(column));
  }

  private static String cell(JsonNode value) {
    String text = Printer.text(value);
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                safe.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.toString();
  }
}
