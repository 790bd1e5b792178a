package io.shardyfusion.routing;

/**
 * A way to route keys, found by the name that manifests have for it. {@code hash} is built in;
 * others are services ({@link java.util.ServiceLoader}): the class is public, has a public
 * constructor without parameters, and is named in {@code
 * META-INF/services/io.shardyfusion.routing.ShardingStrategy}. So a strategy with heavy
 * dependencies is a module of its own, which only those have who use it: each process that writes
 * such a dataset, and each that reads it.
 *
 * <p>Thread-safe.
 */
public interface ShardingStrategy {

  /**
   * The name in manifests: 1 to 64 lower-case letters, digits, {@code _} and {@code -}, a letter
   * first. Must never mean anything else than it did when the first dataset was written with it.
   */
  String name();

  /**
   * Makes the sharding again that {@linkplain Sharding#write wrote} a block. Strict: what is
   * missing, of another type or contradicts itself is refused.
   *
   * @param numShards the number of shards that the block states, which is in range
   * @param block the other fields
   * @return has this name and this number of shards
   * @throws io.shardyfusion.InvalidRequestException if the parameters are refused; the manifest is
   *     then reported as damaged, by the message and the place of the block
   * @throws io.shardyfusion.DataDamagedException likewise; made by {@link BlockReader#damaged}
   */
  Sharding read(int numShards, BlockReader block);
}
