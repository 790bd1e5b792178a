package io.shardyfusion.flink.writing;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.wire.ShardRow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

final class ShardKeysTest {

  @Test
  void theKeyGroupOfEveryShardIsTheShard() {
    IntStream.concat(IntStream.rangeClosed(1, 512), IntStream.of(1000, 4096, 10_007, 32_768))
        .forEach(
            shards -> {
              ShardKeys keys = new ShardKeys(shards);
              for (int shard = 0; shard < shards; shard++) {
                int group = KeyGroupRangeAssignment.assignToKeyGroup(keys.keyOf(shard), shards);
                if (group != shard) {
                  throw new AssertionError(
                      "shard " + shard + " of " + shards + " is in key group " + group);
                }
              }
            });
  }

  @Test
  void aRowGoesWhereItsShardIs() {
    ShardKeys keys = new ShardKeys(64);
    for (int shard = 0; shard < 64; shard++) {
      assertThat(keys.getKey(new ShardRow(shard, 0, new byte[1], null)))
          .isEqualTo(keys.keyOf(shard));
    }
  }

  @Test
  void sixtyFourShardsAreSpreadEightEachOnEightAndWithinOneOnThree() {
    assertThat(spread(64, 8)).containsOnly(8).hasSize(8);
    assertThat(spread(64, 3)).containsExactlyInAnyOrder(21, 21, 22);
  }

  @Test
  void shardsAreSpreadWithinOneOnAnyParallelism() {
    for (int shards : new int[] {1, 2, 7, 64, 100, 512}) {
      for (int subtasks = 1; subtasks <= shards; subtasks++) {
        List<Integer> spread = spread(shards, subtasks);
        assertThat(spread).doesNotContain(0);
        assertThat(spread.stream().mapToInt(n -> n).sum()).isEqualTo(shards);
        assertThat(
                spread.stream().mapToInt(n -> n).max().orElseThrow()
                    - spread.stream().mapToInt(n -> n).min().orElseThrow())
            .isLessThanOrEqualTo(1);
      }
    }
  }

  /** How many shards each subtask has, by Flink's routing of the keys and by our ranges. */
  private static List<Integer> spread(int shards, int subtasks) {
    ShardKeys keys = new ShardKeys(shards);
    ShardAssignment assignment = new ShardAssignment(shards);
    int[] routed = new int[subtasks];
    for (int shard = 0; shard < shards; shard++) {
      int subtask =
          KeyGroupRangeAssignment.assignKeyToParallelOperator(keys.keyOf(shard), shards, subtasks);
      routed[subtask]++;
      if (assignment.partition(shard, subtasks) != subtask
          || !assignment.shardsOf(subtask, subtasks).contains(shard)) {
        throw new AssertionError("shard " + shard + " of " + shards + " on " + subtasks);
      }
    }
    List<Integer> spread = new ArrayList<>();
    for (int subtask = 0; subtask < subtasks; subtask++) {
      KeyGroupRange range = assignment.shardsOf(subtask, subtasks);
      if (range.getNumberOfKeyGroups() != routed[subtask]) {
        throw new AssertionError("the range " + range + ", but " + routed[subtask] + " shards");
      }
      spread.add(routed[subtask]);
    }
    return spread;
  }
}
