package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The partitions of one topic, with errors that say what to do. */
final class OneTopic implements KafkaSubscriber {

  private static final long serialVersionUID = 1L;

  private final String bootstrapServers;
  private final String topic;

  OneTopic(KafkaOptions kafka) {
    this.bootstrapServers = kafka.bootstrapServers();
    this.topic = kafka.topic();
  }

  @Override
  public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
    try {
      return admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
          .flatMap(found -> found.partitions().stream())
          .map(partition -> new TopicPartition(topic, partition.partition()))
          .collect(Collectors.toSet());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new InvalidRequestException(
            "the Kafka topic '"
                + topic
                + "' does not exist at "
                + bootstrapServers
                + "; create it, or correct --kafka-topic",
            e);
      }
      throw new StorageException(
          "cannot look up the Kafka topic '"
              + topic
              + "' at "
              + bootstrapServers
              + ": "
              + e.getCause(),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "interrupted while the Kafka topic '" + topic + "' was looked up", e);
    }
  }
}
