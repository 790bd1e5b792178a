package io.shardyfusion.routing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.shardyfusion.key.IntegerKey;
import io.shardyfusion.key.Key;

/**
 * Routing by hash: {@code unsigned(XXH3_64(canonical bytes, seed 0)) mod numShards}, of the
 * {@linkplain Key#canonical() canonical bytes} of a key.
 *
 * @param numShards the number of shards, in {@code [1, Sharding.MAX_SHARDS]}
 */
public record HashSharding(int numShards) implements Sharding {

  /** The name of the strategy in manifests. */
  public static final String STRATEGY = "hash";

  /** The name of the hash function in manifests. */
  public static final String HASH_ALGORITHM = "xxh3_64";

  private static final long serialVersionUID = 1L;

  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  /** Checks the number of shards. */
  public HashSharding {
    Sharding.checkNumShards(numShards);
  }

  @Override
  public String strategy() {
    return STRATEGY;
  }

  @Override
  public void write(BlockWriter block) {
    block.text("hash_algorithm", HASH_ALGORITHM);
  }

  @Override
  public int shardOf(Key key, RoutingContext context) {
    return key instanceof IntegerKey integer ? shardOf(integer.number()) : shardOf(key.canonical());
  }

  @Override
  public int shardOf(long key) {
    return shardOfHash(XXH3.hashLongToLong(key));
  }

  @Override
  public int shardOf(byte[] key) {
    return shardOfHash(XXH3.hashBytesToLong(key));
  }

  private int shardOfHash(long hash) {
    // A division costs a lookup 4 % of what RocksDB takes for a missing key.
    int mask = numShards - 1;
    return (numShards & mask) == 0
        ? (int) hash & mask
        : (int) Long.remainderUnsigned(hash, numShards);
  }

  /** Makes it of a manifest. */
  static final class Strategy implements ShardingStrategy {

    @Override
    public String name() {
      return STRATEGY;
    }

    @Override
    public Sharding read(int numShards, BlockReader block) {
      String algorithm = block.text("hash_algorithm");
      if (!algorithm.equals(HASH_ALGORITHM)) {
        throw block.damaged(
            "hash_algorithm",
            "expected "
                + HASH_ALGORITHM
                + ", found "
                + ShardingStrategies.shown(algorithm)
                + ", which this software does not know: upgrade it");
      }
      return new HashSharding(numShards);
    }
  }
}
