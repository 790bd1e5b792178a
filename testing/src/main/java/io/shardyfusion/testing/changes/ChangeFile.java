package io.shardyfusion.testing.changes;

import java.util.List;

/**
 * A file of changes in order, as JSON lines: {@code {"k":key,"op":"u"|"d","n":number,"v":text}}.
 * The line is the value that an {@code u} gives to its key.
 *
 * @param name of the file; later files have greater names
 * @param lines the JSON, without line ends
 * @param changes what each line does
 */
public record ChangeFile(String name, List<String> lines, List<Change> changes) {

  public ChangeFile {
    lines = List.copyOf(lines);
    changes = List.copyOf(changes);
  }
}
