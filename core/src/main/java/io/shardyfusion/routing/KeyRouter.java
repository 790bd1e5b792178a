package io.shardyfusion.routing;

import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import java.io.Serializable;

/**
 * Says of a key which shard it belongs to and how it is stored there: for whoever writes rows,
 * however they come.
 *
 * @param sharding the function from keys to shards
 * @param encoding how keys are stored
 */
public record KeyRouter(Sharding sharding, KeyEncoding encoding) implements Serializable {

  private static final long serialVersionUID = 1L;

  /**
   * The bytes that the key is stored as. Not a copy; must not be changed.
   *
   * @throws io.shardyfusion.InvalidRequestException if the encoding cannot store it
   */
  public byte[] stored(Key key) {
    return key.stored(encoding);
  }

  /**
   * The shard of a key.
   *
   * @param context has the columns of the sharding
   * @throws io.shardyfusion.InvalidRequestException if the sharding does not place it
   */
  public int shard(Key key, RoutingContext context) {
    int shard = sharding.shardOf(key, context);
    if (shard < 0 || shard >= sharding.numShards()) {
      throw new IllegalStateException(
          "the strategy "
              + sharding.strategy()
              + " puts the key "
              + key
              + " into shard "
              + shard
              + "; expected 0 to "
              + (sharding.numShards() - 1));
    }
    return shard;
  }

  /** Returns whether {@link #shard} may ask its context for column values. */
  public boolean asksForColumns() {
    return !sharding.columns().isEmpty();
  }
}
