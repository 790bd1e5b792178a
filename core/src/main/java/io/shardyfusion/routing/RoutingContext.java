package io.shardyfusion.routing;

import io.shardyfusion.InvalidRequestException;
import java.util.Map;

/**
 * The facts about a row, or a lookup, besides its key: the values of columns that the sharding asks
 * for. Values are found when they are asked for.
 */
@FunctionalInterface
public interface RoutingContext {

  /**
   * The value of a column, of the class that its type has.
   *
   * @throws InvalidRequestException if there is none, or one of another type; the message names the
   *     column
   */
  Object value(RoutingColumn column);

  /** Nothing but the key. */
  static RoutingContext none() {
    return NoContext.INSTANCE;
  }

  /**
   * Those values.
   *
   * @param values by name: {@link Long} or smaller integers, {@link String}, {@code byte[]}
   */
  static RoutingContext of(Map<String, ?> values) {
    Map<String, Object> copy = Map.copyOf(values);
    return column -> {
      Object value = copy.get(column.name());
      return value == null ? none().value(column) : column.checked(value);
    };
  }
}
