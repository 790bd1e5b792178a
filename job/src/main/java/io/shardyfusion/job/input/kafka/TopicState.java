package io.shardyfusion.job.input.kafka;

import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that a job knows, and the topic that they are of.
 *
 * @param partitions as Kafka's connector has them
 * @param topicId as in {@link TopicSplit}
 */
record TopicState(KafkaSourceEnumState partitions, @Nullable String topicId) {}
