package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A topic of Kafka whose records are rows. An immutable value.
 *
 * <p>A record's value is one JSON object. Its key is the row's key where no key column is named:
 * decimal text for a long, or what the key format says, UTF-8 text for a string, the bytes as they
 * are for bytes. A record without a value deletes its key, which is then always the record's.
 *
 * @param bootstrapServers {@code host:port}, several separated by commas
 * @param topic the topic's name
 * @param group the consumer group whose offsets are committed when a checkpoint completes, for
 *     others to see the progress; null: none are. A restored job goes on from its own offsets
 *     either way
 * @param start where a job that is not restored begins
 * @param properties further settings of the consumer; {@code isolation.level} is {@code
 *     read_committed} unless set here, and {@code allow.auto.create.topics} false
 * @param keyFormat how a record's key is written where the key type is long
 */
public record KafkaOptions(
    String bootstrapServers,
    String topic,
    @Nullable String group,
    KafkaStart start,
    Map<String, String> properties,
    RecordKeyFormat keyFormat)
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

  /** The characters of a topic's name, and how many there may be. */
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  private static final String PATIENCE = "default.api.timeout.ms";
  private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(60);

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
    if (!TOPIC.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
      throw new InvalidRequestException(
          "'"
              + topic
              + "' is no name of a Kafka topic: up to 249 of the characters a-z, A-Z, 0-9, '.', '_' and"
              + " '-'. A job reads one topic; correct --kafka-topic");
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

  /** Options for records whose keys are text. */
  public KafkaOptions(
      String bootstrapServers,
      String topic,
      @Nullable String group,
      KafkaStart start,
      Map<String, String> properties) {
    this(bootstrapServers, topic, group, start, properties, RecordKeyFormat.TEXT);
  }

  /** The settings of Kafka's clients, without those of a consumer's group. */
  public Properties clientProperties() {
    Properties settings = new Properties();
    settings.setProperty("isolation.level", "read_committed");
    settings.setProperty("allow.auto.create.topics", "false");
    settings.putAll(properties);
    settings.setProperty("bootstrap.servers", bootstrapServers);
    return settings;
  }

  /** The time to wait for an answer: the client's own setting. */
  public Duration patience() {
    String millis = properties.get(PATIENCE);
    try {
      return millis == null ? DEFAULT_PATIENCE : Duration.ofMillis(Integer.parseInt(millis.trim()));
    } catch (NumberFormatException e) {
      // The client says so in its words.
      return DEFAULT_PATIENCE;
    }
  }

  /** The options without the values of the properties, which may be secrets. */
  @Override
  public String toString() {
    return """
              KafkaOptions[bootstrapServers=%s, topic=%s, group=%s, start=%s, properties=%s, \
              keyFormat=%s]"""
        .formatted(
            bootstrapServers, topic, group, start, new TreeSet<>(properties.keySet()), keyFormat);
  }
}
