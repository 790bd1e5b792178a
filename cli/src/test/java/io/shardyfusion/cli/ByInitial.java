package io.shardyfusion.cli;

import io.shardyfusion.key.Key;
import io.shardyfusion.routing.BlockReader;
import io.shardyfusion.routing.BlockWriter;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.routing.ShardingStrategy;
import java.util.List;

/**
 * Text keys by what they begin with: the shard is the place of the initial, and the last one has
 * the others. A strategy of a user's, as far as the product knows.
 */
record ByInitial(String strategy, List<String> initials) implements Sharding {

  static final String LISTED = "test-initial";

  private static final long serialVersionUID = 1L;

  ByInitial {
    initials = List.copyOf(initials);
  }

  @Override
  public int numShards() {
    return initials.size() + 1;
  }

  @Override
  public int shardOf(Key key, RoutingContext context) {
    int shard = 0;
    while (shard < initials.size() && !key.text().startsWith(initials.get(shard))) {
      shard++;
    }
    return shard;
  }

  @Override
  public void write(BlockWriter block) {
    block.texts("initials", initials);
  }

  /** The service. */
  public static final class Strategy implements ShardingStrategy {

    @Override
    public String name() {
      return LISTED;
    }

    @Override
    public Sharding read(int numShards, BlockReader block) {
      List<String> initials = block.texts("initials", MAX_SHARDS);
      if (initials.size() != numShards - 1) {
        throw block.damaged("initials", "expected one less than num_shards, found " + initials);
      }
      return new ByInitial(LISTED, initials);
    }
  }
}
