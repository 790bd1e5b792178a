package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KafkaStart;
import io.shardyfusion.job.input.options.RecordKeyFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a run that reads a topic of Kafka. A picocli mixin. */
public final class KafkaRunOptions {

  /** Stands for a topic that cannot be used while the rest of the options is checked. */
  private static final KafkaOptions ANY =
      new KafkaOptions("any:9092", "any", null, new KafkaStart.Earliest(), Map.of());

  @Option(
      names = "--kafka-bootstrap",
      paramLabel = "HOST:PORT",
      description =
          "Brokers of the Kafka to read from, separated by commas; instead of --input, with --mode streaming.")
  @Nullable String bootstrap;

  @Option(
      names = "--kafka-topic",
      paramLabel = "TOPIC",
      description =
          "The topic; a record's value is one JSON object, a record without a value deletes its key.")
  @Nullable String topic;

  @Option(
      names = "--kafka-group",
      paramLabel = "GROUP",
      description =
          "The consumer group that offsets are committed to, for others to see the progress (default: none).")
  @Nullable String group;

  @Option(
      names = "--kafka-start",
      paramLabel = "earliest|latest|committed|timestamp:TIME",
      description =
          "The first record for a job that is not restored (default: earliest); TIME: an ISO-8601 instant, or epoch milliseconds.")
  @Nullable String start;

  @Option(
      names = "--kafka-property",
      paramLabel = "K=V",
      description = "A setting of the Kafka consumer, such as security.protocol=SSL; repeatable.")
  Map<String, String> properties = new LinkedHashMap<>();

  @Option(
      names = "--kafka-key-format",
      paramLabel = "text|long|int",
      description =
          "The form of a record's key of type long: decimal text (default), or 8 or 4 bytes, as Kafka's LongSerializer and IntegerSerializer write them.")
  @Nullable String keyFormat;

  /**
   * The topic to read, or null if no option names one.
   *
   * @throws InvalidRequestException if options are missing, or values cannot be used
   */
  public @Nullable KafkaOptions toOptions() {
    ValueErrors errors = new ValueErrors();
    KafkaOptions options = toOptions(errors);
    errors.throwIfAny();
    return options;
  }

  /**
   * The topic to read, or null if no option names one; what cannot be used is added to {@code
   * errors}, and something usable stands for it.
   */
  @Nullable KafkaOptions toOptions(ValueErrors errors) {
    KafkaStart named = errors.given(start, KafkaStart::of);
    KafkaStart from = named == null ? new KafkaStart.Earliest() : named;
    RecordKeyFormat format = errors.given(keyFormat, RecordKeyFormat::of);
    RecordKeyFormat keys = format == null ? RecordKeyFormat.TEXT : format;
    if (bootstrap == null && topic == null) {
      if (group != null || start != null || keyFormat != null || !properties.isEmpty()) {
        errors.add(
            "an option for Kafka is given, but not what to read; add --kafka-bootstrap and"
                + " --kafka-topic");
        return ANY;
      }
      return null;
    }
    if (bootstrap == null) {
      errors.add("a Kafka topic is given, but no broker; add --kafka-bootstrap HOST:PORT");
    }
    if (topic == null) {
      errors.add("Kafka brokers are given, but no topic; add --kafka-topic TOPIC");
    }
    String brokers = bootstrap == null ? ANY.bootstrapServers() : bootstrap;
    String name = topic == null ? ANY.topic() : topic;
    // Each alone first: together, only the first that cannot be used would be told.
    errors.check(() -> new KafkaOptions(brokers, ANY.topic(), null, ANY.start(), Map.of()));
    errors.check(() -> new KafkaOptions(ANY.bootstrapServers(), name, null, ANY.start(), Map.of()));
    errors.check(
        () -> new KafkaOptions(ANY.bootstrapServers(), ANY.topic(), group, from, Map.of()));
    properties.forEach(
        (key, value) ->
            errors.check(
                () ->
                    new KafkaOptions(
                        ANY.bootstrapServers(),
                        ANY.topic(),
                        null,
                        ANY.start(),
                        Map.of(key, value))));
    return errors.valueOf(
        () -> new KafkaOptions(brokers, name, group, from, properties, keys), ANY);
  }
}
