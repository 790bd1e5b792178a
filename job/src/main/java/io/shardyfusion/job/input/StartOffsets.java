package io.shardyfusion.job.input;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * The offsets where a job begins. They are looked up once, and kept in the first checkpoint.
 *
 * <p>Flink's own initializers also decide what happens when an offset is no longer there; they go
 * on elsewhere. Here such a job fails, because records would be missing without a word.
 */
final class StartOffsets implements OffsetsInitializer {

  private static final long serialVersionUID = 1L;

  private final KafkaStart start;

  StartOffsets(KafkaStart start) {
    this.start = start;
  }

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever offsets) {
    if (start instanceof KafkaStart.Latest) {
      return offsets.endOffsets(partitions);
    }
    if (start instanceof KafkaStart.Timestamp timestamp) {
      return notBefore(timestamp.time().toEpochMilli(), partitions, offsets);
    }
    Map<TopicPartition, Long> found = new HashMap<>(offsets.beginningOffsets(partitions));
    if (start instanceof KafkaStart.Committed) {
      found.putAll(offsets.committedOffsets(partitions));
    }
    return found;
  }

  @Override
  @SuppressWarnings("deprecation") // Of Kafka's clients; the connector's interface names it.
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.NONE;
  }

  private static Map<TopicPartition, Long> notBefore(
      long millis, Collection<TopicPartition> partitions, PartitionOffsetsRetriever offsets) {
    Map<TopicPartition, Long> found = new HashMap<>(offsets.endOffsets(partitions));
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, millis));
    offsets
        .offsetsForTimes(times)
        .forEach(
            (partition, offset) -> {
              if (offset != null) {
                found.put(partition, offset.offset());
              }
            });
    return found;
  }
}
