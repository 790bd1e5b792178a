package io.shardyfusion.flink;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.ShardyfusionSink.RecordFunction;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import org.apache.flink.api.common.functions.MapFunction;
import org.jspecify.annotations.Nullable;

/** Makes a user's record into a row of its shard. */
final class RowRouter<T> implements MapFunction<T, ShardRow> {

  private static final long serialVersionUID = 1L;

  private final Sharding sharding;
  private final KeyEncoding encoding;
  private final RecordFunction<T, Object> key;
  private final RecordFunction<T, byte[]> value;
  private final @Nullable RecordFunction<T, Boolean> delete;
  private final @Nullable RecordFunction<T, Long> order;
  private long arrived;

  RowRouter(
      Sharding sharding,
      KeyEncoding encoding,
      RecordFunction<T, Object> key,
      RecordFunction<T, byte[]> value,
      @Nullable RecordFunction<T, Boolean> delete,
      @Nullable RecordFunction<T, Long> order) {
    this.sharding = sharding;
    this.encoding = encoding;
    this.key = key;
    this.value = value;
    this.delete = delete;
    this.order = order;
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
    Object k = key.apply(record);
    byte[] v = delete != null && delete.apply(record) ? null : value.apply(record);
    long o = order == null ? arrived++ : order.apply(record);
    if (k instanceof Long number) {
      return new ShardRow(sharding.shardOf(number), o, encoding.encode(number), v);
    }
    if (k instanceof String text) {
      Key ready = Key.of(text);
      int shard = sharding.shardOf(ready, RoutingContext.none());
      return new ShardRow(shard, o, ready.stored(encoding), v);
    }
    if (k instanceof byte[] bytes) {
      return new ShardRow(sharding.shardOf(bytes), o, encoding.encode(bytes), v);
    }
    throw new InvalidRequestException(
        "a key must be a Long, a String or a byte[], found "
            + (k == null ? "null" : k.getClass().getName())
            + " in the record "
            + record);
  }
}
