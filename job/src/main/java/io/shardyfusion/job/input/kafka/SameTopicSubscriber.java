package io.shardyfusion.job.input.kafka;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.input.options.KafkaOptions;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one topic, which stays the same one: what ends the job is that it is gone or
 * another one under its name. While Kafka does not answer, the partitions are those known before.
 * If Kafka does not know it any more, a lookup takes until that is certain.
 *
 * <p>Belongs to one enumerator, and never leaves its process. Looked up by one thread.
 */
@SuppressWarnings("serial") // Only the connector's interface is serializable.
final class SameTopicSubscriber implements KafkaSubscriber {

  private static final long serialVersionUID = 1L;

  private final transient KafkaOptions kafka;
  private final transient TopicLookup lookup;
  private transient volatile @Nullable String id;
  private transient volatile boolean isClosed;
  private transient @Nullable Set<TopicPartition> known;

  /** The topic of a job that begins. */
  SameTopicSubscriber(KafkaOptions kafka, TopicLookup lookup) {
    this.kafka = kafka;
    this.lookup = lookup;
  }

  /** The topic of a job that is restored. */
  SameTopicSubscriber(KafkaOptions kafka, TopicLookup lookup, TopicState restored) {
    this(kafka, lookup);
    Set<TopicPartition> partitions = partitions(restored.partitions());
    if (!partitions.isEmpty()) {
      // While nothing is read, any topic of that name will do.
      this.id = restored.topicId();
      this.known = partitions;
    }
  }

  /** The topic's id; null while it is not known, and where the brokers give none. */
  @Nullable String id() {
    return id;
  }

  /** The enumerator is closing: no failure of a lookup counts any more. */
  void close() {
    isClosed = true;
  }

  @Override
  public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
    TopicLookup.Found found;
    try {
      requireName();
      found = known == null ? lookup.begin(admin) : lookup.discover(admin, id);
    } catch (ShardyfusionException e) {
      Set<TopicPartition> before = known;
      if (before != null && (isClosed || KafkaFailures.isSilence(e))) {
        return before;
      }
      throw before == null
          ? KafkaFailures.inJob(kafka, e)
          : KafkaFailures.inJobLetInBefore(kafka, e);
    }
    if (found.id() != null) {
      id = found.id();
    }
    known = found.partitions();
    return found.partitions();
  }

  /** The connector would go on in the old topic, and read the other one as well. */
  private void requireName() {
    Set<TopicPartition> before = known == null ? Set.of() : known;
    for (TopicPartition partition : before) {
      if (!partition.topic().equals(kafka.topic())) {
        throw new InvalidRequestException(
            """
            the job's state is of the Kafka topic '%s', found --kafka-topic %s; restore with \
            the former; %s"""
                .formatted(partition.topic(), kafka.topic(), TopicLookup.BEGIN_ANEW));
      }
    }
  }

  private static Set<TopicPartition> partitions(KafkaSourceEnumState state) {
    return Stream.concat(state.assignedSplits().stream(), state.unassignedSplits().stream())
        .map(split -> split.getTopicPartition())
        .collect(Collectors.toSet());
  }
}
