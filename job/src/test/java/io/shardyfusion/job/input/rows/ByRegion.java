package io.shardyfusion.job.input.rows;

import io.shardyfusion.key.Key;
import io.shardyfusion.routing.ColumnType;
import io.shardyfusion.routing.RoutingColumn;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import java.util.List;

/** Keys by a column of their row: {@code eu} in shard 0, others in shard 1; and by its zone. */
record ByRegion(int numShards) implements Sharding {

  private static final long serialVersionUID = 1L;

  private static final RoutingColumn REGION = new RoutingColumn("region", ColumnType.STRING);
  private static final RoutingColumn ZONE = new RoutingColumn("zone", ColumnType.LONG);

  @Override
  public String strategy() {
    return "test-region";
  }

  @Override
  public List<RoutingColumn> columns() {
    return List.of(REGION, ZONE);
  }

  /** Asks for the zone only outside of {@code eu}. */
  @Override
  public int shardOf(Key key, RoutingContext context) {
    return context.value(REGION).equals("eu") ? 0 : 1 + ((Long) context.value(ZONE)).intValue();
  }
}
