package io.shardyfusion.routing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.shardyfusion.InvalidRequestException;

/**
 * Routing by hash: {@code unsigned(XXH3_64(canonical bytes, seed 0)) mod numShards}.
 *
 * <p>The canonical bytes of an integer are its 8 bytes, signed, little-endian; of text its UTF-8;
 * of bytes themselves.
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
    if (numShards < 1 || numShards > MAX_SHARDS) {
      throw new InvalidRequestException(
          "the number of shards must be from 1 to " + MAX_SHARDS + ", found " + numShards);
    }
  }

  @Override
  public String strategy() {
    return STRATEGY;
  }

  @Override
  public int shardOf(long key) {
    return shardOfHash(XXH3.hashLongToLong(key));
  }

  @Override
  public int shardOfUtf8(byte[] key) {
    return shardOf(key);
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
}
