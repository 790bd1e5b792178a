package io.shardyfusion.flink.writing;

import org.apache.flink.api.common.functions.Partitioner;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The assignment of shards to the subtasks that build them: contiguous ranges whose sizes differ by
 * at most one. It is Flink's own assignment of key groups, with one key group a shard, so bounded
 * and continuous jobs agree.
 */
public final class ShardAssignment implements Partitioner<Integer> {

  private static final long serialVersionUID = 1L;

  private final int shards;

  public ShardAssignment(int shards) {
    this.shards = shards;
  }

  @Override
  public int partition(Integer shard, int subtasks) {
    return KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(shards, subtasks, shard);
  }

  /** The shards of one subtask. */
  public KeyGroupRange shardsOf(int subtask, int subtasks) {
    return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(shards, subtasks, subtask);
  }
}
