package io.shardyfusion.routing;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Integer keys by a list: the place of a key in it is its shard, and others are in the last one. A
 * strategy of the tests, found as a user's own is; its block uses all that blocks can hold.
 */
public record ListedSharding(int numShards, List<Long> keys, String note) implements Sharding {

  public static final String STRATEGY = "test-listed";

  private static final long serialVersionUID = 1L;

  public ListedSharding {
    keys = List.copyOf(keys);
    if (keys.size() != numShards - 1) {
      throw new InvalidRequestException(
          "keys must be " + (numShards - 1) + " for " + numShards + " shards, found " + keys);
    }
  }

  @Override
  public String strategy() {
    return STRATEGY;
  }

  @Override
  public int shardOf(Key key, RoutingContext context) {
    int place = keys.indexOf(key.value());
    return place < 0 ? keys.size() : place;
  }

  @Override
  public void write(BlockWriter block) {
    block.integers("keys", keys);
    block.texts("written", keys.stream().map(Key::of).map(Key::text).toList());
    block.object(
        "more",
        more -> {
          more.text("note", note);
          more.flag("is_test", true);
          more.integer("last", numShards - 1L);
          more.object("none", none -> {});
        });
  }

  /** The service; public, and found by its name. */
  public static final class Strategy implements ShardingStrategy {

    @Override
    public String name() {
      return STRATEGY;
    }

    @Override
    public Sharding read(int numShards, BlockReader block) {
      List<Long> keys = new ArrayList<>(block.integers("keys", MAX_SHARDS));
      List<String> written = block.texts("written", MAX_SHARDS);
      BlockReader more = block.object("more");
      if (!more.flag("is_test") || more.integer("last") != numShards - 1L) {
        throw more.damaged("last", "expected " + (numShards - 1));
      }
      if (!written.equals(keys.stream().map(String::valueOf).toList())
          || !more.object("none").names().equals(new TreeMap<>().keySet())
          || more.has("nothing")) {
        throw block.damaged("written", "expected " + keys + ", found " + written);
      }
      return new ListedSharding(numShards, keys, more.text("note"));
    }
  }
}
