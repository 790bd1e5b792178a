package io.shardyfusion.flink;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.ShardyfusionSink.RecordFunction;
import io.shardyfusion.flink.run.Restarts;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.key.Key;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.RoutingColumn;
import io.shardyfusion.routing.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.jspecify.annotations.Nullable;

/** Makes a user's record into a row of its shard. */
final class RouteRecords<T> implements MapFunction<T, ShardRow> {

  private static final long serialVersionUID = 1L;

  private static final int MAX_SHOWN = 200;

  private final KeyRouter router;
  private final boolean asksForColumns;
  private final RecordFunction<T, Object> key;
  private final RecordFunction<T, byte[]> value;
  private final @Nullable RecordFunction<T, Boolean> delete;
  private final @Nullable RecordFunction<T, Long> order;
  private final HashMap<String, RecordFunction<T, Object>> columns;
  private long arrived;

  RouteRecords(
      KeyRouter router,
      RecordFunction<T, Object> key,
      RecordFunction<T, byte[]> value,
      @Nullable RecordFunction<T, Boolean> delete,
      @Nullable RecordFunction<T, Long> order,
      Map<String, RecordFunction<T, Object>> columns) {
    this.router = router;
    this.asksForColumns = router.asksForColumns();
    this.key = key;
    this.value = value;
    this.delete = delete;
    this.order = order;
    this.columns = new HashMap<>(columns);
  }

  @Override
  public ShardRow map(T record) {
    try {
      return route(record);
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  private ShardRow route(T record) {
    Key k = keyOf(record);
    byte[] v = delete != null && delete.apply(record) ? null : value.apply(record);
    long o = order == null ? arrived++ : order.apply(record);
    RoutingContext context =
        asksForColumns ? column -> columnOf(record, column) : RoutingContext.none();
    return new ShardRow(router.shard(k, context), o, router.stored(k), v);
  }

  private Key keyOf(T record) {
    try {
      return Key.ofObject(key.apply(record));
    } catch (InvalidRequestException e) {
      String shown = String.valueOf(record);
      throw new InvalidRequestException(
          e.getMessage()
              + "; it is that of the record "
              + (shown.length() <= MAX_SHOWN ? shown : shown.substring(0, MAX_SHOWN) + "…"),
          e);
    }
  }

  private Object columnOf(T record, RoutingColumn column) {
    RecordFunction<T, Object> function = columns.get(column.name());
    Object found = function == null ? null : function.apply(record);
    return found == null ? RoutingContext.none().value(column) : column.checked(found);
  }
}
