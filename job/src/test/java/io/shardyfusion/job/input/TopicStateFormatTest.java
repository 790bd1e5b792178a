package io.shardyfusion.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class TopicStateFormatTest {

  private static final KafkaPartitionSplit PARTITION =
      new KafkaPartitionSplit(new TopicPartition("t", 2), 258);

  /** A split as version 1 of this format and version 0 of the connector's wrote it. */
  private static final String SPLIT_1 =
      "01000269640000000000000017000174000000020000000000000102" + "8000000000000000";

  private final TopicStateFormat<TopicSplit, KafkaPartitionSplit> splits =
      TopicStateFormat.ofSplits();
  private final TopicStateFormat<TopicState, KafkaSourceEnumState> states =
      TopicStateFormat.ofStates();

  @Test
  void aSplitIsWrittenAndReadAsVersion1() throws Exception {
    TopicSplit split = new TopicSplit(PARTITION, "id");
    assertThat(splits.getVersion()).isEqualTo(1_000_001);
    assertThat(HexFormat.of().formatHex(splits.serialize(split))).isEqualTo(SPLIT_1);
    assertThat(splits.deserialize(1_000_001, HexFormat.of().parseHex(SPLIT_1))).isEqualTo(split);
  }

  @Test
  void aTopicWithoutAnIdHasNone() throws Exception {
    TopicSplit split = new TopicSplit(PARTITION, null);
    assertThat(splits.deserialize(splits.getVersion(), splits.serialize(split))).isEqualTo(split);
  }

  @Test
  void aStateKeepsPartitionsAndId() throws Exception {
    KafkaSourceEnumState partitions = new KafkaSourceEnumState(List.of(PARTITION), List.of(), true);
    TopicState read =
        states.deserialize(states.getVersion(), states.serialize(new TopicState(partitions, "id")));
    assertThat(read.topicId()).isEqualTo("id");
    assertThat(read.partitions().assignedSplits()).containsExactly(PARTITION);
    assertThat(read.partitions().initialDiscoveryFinished()).isTrue();
  }

  @Test
  void whatTheBareConnectorWroteIsReadWithoutAnId() throws Exception {
    KafkaPartitionSplitSerializer bareSplits = new KafkaPartitionSplitSerializer();
    assertThat(splits.deserialize(bareSplits.getVersion(), bareSplits.serialize(PARTITION)))
        .isEqualTo(new TopicSplit(PARTITION, null));
    KafkaSourceEnumStateSerializer bareStates = new KafkaSourceEnumStateSerializer();
    TopicState state =
        states.deserialize(
            bareStates.getVersion(),
            bareStates.serialize(new KafkaSourceEnumState(List.of(PARTITION), List.of(), true)));
    assertThat(state.topicId()).isNull();
    assertThat(state.partitions().assignedSplits()).containsExactly(PARTITION);
  }

  @Test
  void aNewerVersionIsRefused() {
    assertThatThrownBy(() -> splits.deserialize(1_000_002, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1000002");
  }
}
