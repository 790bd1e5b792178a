package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A topic of Kafka whose records are rows. An immutable value.
 *
 * <p>A record's value is one JSON object. Its key is the row's key where no key column is named:
 * decimal text for a long, UTF-8 text for a string, the bytes as they are for bytes. A record
 * without a value deletes its key, which is then always the record's.
 *
 * @param bootstrapServers {@code host:port}, several separated by commas
 * @param topic the topic's name
 * @param group the consumer group whose offsets are committed when a checkpoint completes, for
 *     others to see the progress; null: none are. A restored job goes on from its own offsets
 *     either way
 * @param start where a job that is not restored begins
 * @param properties further settings of the consumer; {@code isolation.level} is {@code
 *     read_committed} unless set here
 */
public record KafkaOptions(
    String bootstrapServers,
    String topic,
    @Nullable String group,
    KafkaStart start,
    Map<String, String> properties)
    implements RowSource {

  private static final long serialVersionUID = 1L;

  /** Settings that have options of their own, or that decide whether a row is read once. */
  private static final Set<String> RESERVED =
      Set.of(
          "auto.offset.reset",
          "bootstrap.servers",
          "enable.auto.commit",
          "group.id",
          "key.deserializer",
          "value.deserializer");

  /** Checks and copies. */
  public KafkaOptions {
    properties = Map.copyOf(properties);
    if (bootstrapServers.isBlank()) {
      throw new InvalidRequestException(
          "the Kafka bootstrap servers are empty; expected host:port, several separated by commas");
    }
    if (topic.isBlank()) {
      throw new InvalidRequestException("the Kafka topic is empty; name one");
    }
    if (group != null && group.isBlank()) {
      throw new InvalidRequestException("the Kafka group is empty; name one, or leave it out");
    }
    if (group == null && start instanceof KafkaStart.Committed) {
      throw new InvalidRequestException(
          "to start from committed offsets, name the group that committed them with --kafka-group");
    }
    for (String name : new TreeSet<>(properties.keySet())) {
      if (RESERVED.contains(name)) {
        throw new InvalidRequestException(
            "the Kafka property "
                + name
                + " cannot be set; use --kafka-bootstrap, --kafka-group and --kafka-start, and leave"
                + " the rest to the job");
      }
    }
  }

  /** The options without the values of the properties, which may be secrets. */
  @Override
  public String toString() {
    return "KafkaOptions[bootstrapServers="
        + bootstrapServers
        + ", topic="
        + topic
        + ", group="
        + group
        + ", start="
        + start
        + ", properties="
        + new TreeSet<>(properties.keySet())
        + "]";
  }
}
