package io.shardyfusion.job.input.kafka;

import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/**
 * A partition with the offset to go on from, and the topic that this offset means.
 *
 * @param partition as Kafka's connector has it
 * @param topicId the topic's id, or null where it is not known: the brokers have none, or the state
 *     is of a version that did not keep it
 */
record TopicSplit(KafkaPartitionSplit partition, @Nullable String topicId) implements SourceSplit {

  @Override
  public String splitId() {
    return partition.splitId();
  }
}
