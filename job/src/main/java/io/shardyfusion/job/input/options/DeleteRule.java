package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rule for rows that delete their key: those whose operation column holds one of some values. A
 * JSON value that is no string is compared by its compact JSON, so {@code true} matches {@code
 * true}.
 *
 * @param column the operation column; every row must have it
 * @param values the values that delete, at least one
 */
public record DeleteRule(String column, Set<String> values) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Checks and copies. */
  public DeleteRule {
    values = Set.copyOf(values);
    if (column.isEmpty() || values.isEmpty()) {
      throw new InvalidRequestException(
          """
          an operation column and the values that delete go together; found column '%s' and \
          %s values"""
              .formatted(column, values.size()));
    }
  }

  /**
   * The rule as options write it, or null if there is none.
   *
   * @throws InvalidRequestException if only one of column and values is given
   */
  public static @Nullable DeleteRule of(@Nullable String column, List<String> values) {
    if (column == null && values.isEmpty()) {
      return null;
    }
    return new DeleteRule(column == null ? "" : column, Set.copyOf(values));
  }
}
