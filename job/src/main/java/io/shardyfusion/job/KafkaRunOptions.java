package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.KafkaOptions;
import io.shardyfusion.job.input.KafkaStart;
import io.shardyfusion.job.input.RecordKeyFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a run that reads a topic of Kafka. A picocli mixin. */
public final class KafkaRunOptions {

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
          "Where a job begins that is not restored (default: earliest); TIME: an ISO-8601 instant, or epoch milliseconds.")
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
          "How a record's key of type long is written: decimal text (default), or 8 or 4 bytes, as Kafka's LongSerializer and IntegerSerializer write them.")
  @Nullable String keyFormat;

  /**
   * The topic to read, or null if no option names one.
   *
   * @throws InvalidRequestException if options are missing, or a value cannot be used
   */
  public @Nullable KafkaOptions toOptions() {
    if (bootstrap == null && topic == null) {
      if (group != null || start != null || keyFormat != null || !properties.isEmpty()) {
        throw new InvalidRequestException(
            "an option for Kafka is given, but not what to read; add --kafka-bootstrap and"
                + " --kafka-topic");
      }
      return null;
    }
    if (bootstrap == null) {
      throw new InvalidRequestException(
          "a Kafka topic is given, but no broker; add --kafka-bootstrap HOST:PORT");
    }
    if (topic == null) {
      throw new InvalidRequestException(
          "Kafka brokers are given, but no topic; add --kafka-topic TOPIC");
    }
    return new KafkaOptions(
        bootstrap,
        topic,
        group,
        start == null ? new KafkaStart.Earliest() : KafkaStart.of(start),
        properties,
        keyFormat == null ? RecordKeyFormat.TEXT : RecordKeyFormat.of(keyFormat));
  }
}
