package io.shardyfusion.routing;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.Key;
import java.io.Serializable;
import java.util.List;

/**
 * The function from keys to shards that a snapshot was written with. Values are immutable and
 * thread-safe, and equal exactly where they place every key alike. Serializable, as a Flink job
 * sends them to its tasks; a manifest has their {@linkplain #write parameters} instead, of which
 * the {@link ShardingStrategy} of that name makes them again.
 *
 * <p>The methods take a key as the caller has it, not as it is stored: routing and storage are
 * independent.
 */
public interface Sharding extends Serializable {

  /**
   * The largest number of shards a snapshot can have, which is Flink's largest parallelism: 32 768.
   */
  int MAX_SHARDS = 1 << 15;

  /** The name of the strategy in manifests, for example {@code hash}. */
  String strategy();

  /** The number of shards, in {@code [1, MAX_SHARDS]}. Shard ids are {@code [0, numShards)}. */
  int numShards();

  /**
   * The columns that the shard of a key depends on besides the key. None by default: then no
   * context is ever asked, and lookups need none.
   */
  default List<RoutingColumn> columns() {
    return List.of();
  }

  /**
   * Writes what this strategy needs to be made again, beside its name and the number of shards,
   * which are written for it. The same for equal values. Nothing by default.
   */
  default void write(BlockWriter block) {}

  /**
   * The shard of a key.
   *
   * @param context has the {@link #columns()}; is asked for them only, and only if needed
   * @throws InvalidRequestException if this strategy does not place such a key, or the context has
   *     no value for a column, or one of another type
   */
  int shardOf(Key key, RoutingContext context);

  /**
   * The shard of an integer key, for a strategy without {@link #columns()}. Allocates nothing where
   * the strategy has its own.
   */
  default int shardOf(long key) {
    return shardOf(Key.of(key), RoutingContext.none());
  }

  /**
   * The shard of a text key, likewise.
   *
   * @throws InvalidRequestException if the key has no UTF-8 form or is too long
   */
  default int shardOf(String key) {
    return shardOf(Key.of(key), RoutingContext.none());
  }

  /** The shard of a binary key, likewise. */
  default int shardOf(byte[] key) {
    return shardOf(Key.of(key), RoutingContext.none());
  }

  /**
   * Checks a number of shards.
   *
   * @return the number
   * @throws InvalidRequestException if no snapshot can have so many
   */
  static int checkNumShards(int numShards) {
    if (numShards < 1 || numShards > MAX_SHARDS) {
      throw new InvalidRequestException(
          "the number of shards must be from 1 to " + MAX_SHARDS + ", found " + numShards);
    }
    return numShards;
  }
}
