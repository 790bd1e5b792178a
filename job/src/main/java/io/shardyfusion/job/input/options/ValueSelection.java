package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;

/** The part of a row that becomes its value. */
public sealed interface ValueSelection extends Serializable {

  /**
   * The whole row: the line's bytes as they are (jsonl), or a compact JSON object of all columns as
   * strings (csv).
   */
  record Row() implements ValueSelection {
    private static final long serialVersionUID = 1L;

    @Override
    public List<String> columns() {
      return List.of();
    }
  }

  /**
   * One column: the UTF-8 bytes of a string, or the compact JSON of a value that is no string.
   *
   * @param name the column's name
   */
  record Column(String name) implements ValueSelection {
    private static final long serialVersionUID = 1L;

    /** Checks the name. */
    public Column {
      if (name.isEmpty()) {
        throw new InvalidRequestException(
            "the value is empty; expected row, a column, or json:COLUMN,COLUMN");
      }
    }

    @Override
    public List<String> columns() {
      return List.of(name);
    }
  }

  /**
   * A compact JSON object of some columns, in this order.
   *
   * @param columns their names, at least one, each once
   */
  record Json(List<String> columns) implements ValueSelection {
    private static final long serialVersionUID = 1L;

    /** Checks and copies. */
    public Json {
      columns = List.copyOf(columns);
      if (columns.isEmpty() || columns.contains("")) {
        throw new InvalidRequestException(
            "the value json:"
                + String.join(",", columns)
                + " has an empty column name; expected json:COLUMN,COLUMN");
      }
      if (new HashSet<>(columns).size() != columns.size()) {
        throw new InvalidRequestException(
            "the value json:"
                + String.join(",", columns)
                + " names a column twice; name each once");
      }
    }
  }

  /** The columns that the row must have for it. */
  List<String> columns();

  /**
   * The selection as options write it: {@code row}, a column, or {@code json:COLUMN,COLUMN}.
   *
   * @throws InvalidRequestException if a name is empty or occurs twice
   */
  static ValueSelection of(String text) {
    if (text.equals("row")) {
      return new Row();
    }
    if (text.startsWith("json:")) {
      return new Json(List.of(text.substring("json:".length()).split(",", -1)));
    }
    return new Column(text);
  }
}
