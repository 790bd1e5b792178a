package io.shardyfusion.job.input.kafka;

import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KafkaStart;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * The offsets where a job begins. They are looked up once, and kept in the first checkpoint.
 *
 * <p>Flink's own initializers also decide what happens when an offset is no longer there; they go
 * on elsewhere. Here such a job fails, because records would be missing without a word.
 */
@SuppressWarnings("serial") // Only the connector's interface is serializable.
final class StartOffsets implements OffsetsInitializer {

  private static final long serialVersionUID = 1L;

  private final transient KafkaOptions kafka;
  private final transient Consumer<String> says;

  /**
   * Offsets for a source within this process.
   *
   * @param says is told where a job begins that was told to begin elsewhere
   */
  StartOffsets(KafkaOptions kafka, Consumer<String> says) {
    this.kafka = kafka;
    this.says = says;
  }

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever offsets) {
    KafkaStart start = kafka.start();
    if (start instanceof KafkaStart.Latest) {
      return offsets.endOffsets(partitions);
    }
    if (start instanceof KafkaStart.Timestamp timestamp) {
      return notBefore(timestamp.time().toEpochMilli(), partitions, offsets);
    }
    Map<TopicPartition, Long> found = new HashMap<>(offsets.beginningOffsets(partitions));
    if (start instanceof KafkaStart.Committed) {
      Map<TopicPartition, Long> committed = offsets.committedOffsets(partitions);
      sayWithout(committed, found);
      found.putAll(committed);
    }
    return found;
  }

  private void sayWithout(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> oldest) {
    String without =
        oldest.entrySet().stream()
            .filter(start -> !committed.containsKey(start.getKey()))
            .sorted(Comparator.comparingInt(start -> start.getKey().partition()))
            .map(start -> start.getKey().partition() + " at offset " + start.getValue())
            .collect(Collectors.joining(", "));
    if (!without.isEmpty()) {
      says.accept(
          """
          the group '%s' has committed no offset for some partitions of the Kafka topic \
          '%s', which are read from their oldest record: partition %s"""
              .formatted(kafka.group(), kafka.topic(), without));
    }
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
