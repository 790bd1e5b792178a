package io.shardyfusion.routing;

import io.shardyfusion.key.KeyEncoding;
import java.io.Serializable;

/**
 * The function from keys to shards that a snapshot was written with. Values are immutable and
 * thread-safe.
 *
 * <p>The methods take a key as the caller has it, not as it is stored: routing and storage are
 * independent.
 */
public sealed interface Sharding extends Serializable permits HashSharding {

  /**
   * The largest number of shards a snapshot can have, which is Flink's largest parallelism: 32 768.
   */
  int MAX_SHARDS = 1 << 15;

  /** The name of the strategy in manifests, for example {@code hash}. */
  String strategy();

  /** The number of shards, in {@code [1, MAX_SHARDS]}. Shard ids are {@code [0, numShards)}. */
  int numShards();

  /** The shard of an integer key. */
  int shardOf(long key);

  /**
   * The shard of a text key.
   *
   * @throws io.shardyfusion.InvalidRequestException if the key has no UTF-8 form or is too long
   */
  default int shardOf(String key) {
    return shardOfUtf8(KeyEncoding.UTF8.encode(key));
  }

  /**
   * The shard of a text key that is given as its UTF-8, so that who has encoded it to store or to
   * find it does not pay for that twice.
   *
   * @param key what {@link KeyEncoding#UTF8} makes of the text
   */
  int shardOfUtf8(byte[] key);

  /** The shard of a binary key. */
  int shardOf(byte[] key);
}
