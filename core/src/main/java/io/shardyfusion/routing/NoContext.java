package io.shardyfusion.routing;

import io.shardyfusion.InvalidRequestException;

/** Has no columns. */
enum NoContext implements RoutingContext {
  INSTANCE;

  @Override
  public Object value(RoutingColumn column) {
    throw new InvalidRequestException(
        "the shard of a key depends on the column "
            + column
            + ", too, of type "
            + column.type().externalName()
            + ", and no value is given for it");
  }
}
