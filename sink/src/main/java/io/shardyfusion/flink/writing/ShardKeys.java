package io.shardyfusion.flink.writing;

import io.shardyfusion.flink.wire.ShardRow;
import java.util.Arrays;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The Flink key of each shard: one whose key group is the shard's id, where there are as many key
 * groups as shards. Shards are then spread evenly over subtasks, and the state of a shard goes
 * where the shard goes when the job is rescaled. (Keyed by its id itself, a shard would be in a
 * random key group: of 16 shards on 8 subtasks, some would have four and some none.)
 */
public final class ShardKeys implements KeySelector<ShardRow, Integer> {

  private static final long serialVersionUID = 1L;

  private final int[] keys;

  public ShardKeys(int shards) {
    keys = new int[shards];
    Arrays.fill(keys, -1);
    int missing = shards;
    for (int key = 0; missing > 0; key++) {
      int group = KeyGroupRangeAssignment.assignToKeyGroup(key, shards);
      if (keys[group] < 0) {
        keys[group] = key;
        missing--;
      }
    }
  }

  @Override
  public Integer getKey(ShardRow row) {
    return keys[row.shard];
  }

  /** The key of a shard. */
  Integer keyOf(int shard) {
    return keys[shard];
  }
}
