package io.shardyfusion.format;

import io.shardyfusion.routing.Sharding;

/**
 * A reference to a shard descriptor.
 *
 * @param shard the shard's id
 * @param sha256 the digest of the descriptor's bytes
 */
public record DescriptorRef(int shard, Sha256 sha256) {

  /** Checks the shard's id. */
  public DescriptorRef {
    Checks.atLeast("shard", shard, 0);
    Checks.atMost("shard", shard, Sharding.MAX_SHARDS - 1);
  }

  /** The reference whose key is {@code object}. */
  static DescriptorRef of(String object) {
    return Layout.parseDescriptor(object);
  }

  /** The descriptor's key, relative to the dataset. */
  public String object() {
    return Layout.descriptor(shard, sha256);
  }
}
