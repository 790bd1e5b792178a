package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a job reads and how rows become keys and values. An immutable value.
 *
 * @param paths files, directories and globs, at least one, of any filesystem that Flink knows
 * @param format how a file holds rows
 * @param key where the key is and how it is stored
 * @param value what becomes the value
 * @param deletes which rows delete their key, or null if none does
 * @param onBadRow what happens to a row that cannot be used
 */
public record InputOptions(
    List<String> paths,
    RowFormat format,
    KeyColumn key,
    ValueSelection value,
    @Nullable DeleteRule deletes,
    BadRowPolicy onBadRow)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Checks and copies. */
  public InputOptions {
    paths = List.copyOf(paths);
    if (paths.isEmpty()) {
      throw new InvalidRequestException(
          "no input path is given; name at least one file, directory or glob");
    }
    for (String path : paths) {
      if (path.isBlank()) {
        throw new InvalidRequestException("an input path is empty; name a file, directory or glob");
      }
    }
  }

  /** The columns that a row must have, each once: key, delete rule, value. */
  Set<String> neededColumns() {
    Set<String> columns = new LinkedHashSet<>();
    columns.add(key.column());
    if (deletes != null) {
      columns.add(deletes.column());
    }
    columns.addAll(value.columns());
    return columns;
  }
}
