package io.shardyfusion.job.input.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("1000002");
  }

  @ParameterizedTest
  @CsvSource({
    "01000269640000, 07000269640000, 'topic id must be 0 or 1, found 7'",
    "00000017, 80000017, 'must be at least 0, found -2147483625'",
    "00000017, 00000018, 'must have 24 bytes, found 23'",
    "00000017, 00000016, 'cannot be read'",
    "'8000000000000000$', 800000000000000000, 'expected nothing after its last field, found 1 bytes more'"
  })
  void damageIsSaidWhereItIs(String found, String instead, String message) {
    byte[] bytes = HexFormat.of().parseHex(SPLIT_1.replaceFirst(found, instead));
    assertThatThrownBy(() -> splits.deserialize(1_000_001, bytes))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageStartingWith("the state of the Kafka source is damaged: ")
        .hasMessageContaining(message);
  }
}
