package io.shardyfusion.routing;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A column that the shard of a key depends on.
 *
 * @param name its name in the rows that are written, and in the context of a lookup
 * @param type what its values are
 */
public record RoutingColumn(String name, ColumnType type) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Checks the name. */
  public RoutingColumn {
    if (name.isEmpty()) {
      throw new InvalidRequestException("the name of a routing column is empty; name a column");
    }
  }

  /**
   * A value as one of this column's type: of a smaller integer a {@link Long}.
   *
   * @throws InvalidRequestException if it is of another type
   */
  public Object checked(Object value) {
    Object typed = type.of(value);
    if (typed == null) {
      throw mistyped("a value of " + value.getClass().getName(), null);
    }
    return typed;
  }

  /**
   * The value that a text writes, as the text of a key would.
   *
   * @throws InvalidRequestException if it writes no value of this column's type
   */
  public Object parse(String text) {
    try {
      return type.parse(text);
    } catch (InvalidRequestException e) {
      throw mistyped(ShardingStrategies.shown(text), e);
    }
  }

  private InvalidRequestException mistyped(String found, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "the routing column " + this + " is of type " + type.externalName() + ", found " + found,
        cause);
  }

  @Override
  public String toString() {
    return "'" + Printable.line(name) + "'";
  }
}
