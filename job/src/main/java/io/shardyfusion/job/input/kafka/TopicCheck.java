package io.shardyfusion.job.input.kafka;

import io.shardyfusion.job.input.options.KafkaOptions;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A look at a topic before a job is started, from where it will run. */
public final class TopicCheck {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private static final Duration SILENT_AFTER = Duration.ofSeconds(3);

  private TopicCheck() {}

  /**
   * Makes sure that the settings can be used, that Kafka answers and that it has the topic. Waits
   * for an answer as long as Kafka's setting {@code default.api.timeout.ms} says, a minute.
   *
   * @param says is told once when that takes long, on this thread
   * @throws io.shardyfusion.InvalidRequestException if a setting cannot be used, or there is no
   *     such topic
   * @throws io.shardyfusion.StorageException if Kafka does not answer, or refuses
   */
  public static void require(KafkaOptions kafka, Consumer<String> says) {
    KafkaSilence.Listener told =
        new KafkaSilence.Listener() {
          private boolean isSaid;

          @Override
          public void silent(String message) {
            if (!isSaid) {
              isSaid = true;
              says.accept(message);
            }
          }

          @Override
          public void answered() {}
        };
    KafkaSilence silence = new KafkaSilence(kafka.bootstrapServers(), SILENT_AFTER, told);
    try {
      requireSettings(kafka);
      Admin admin = Admin.create(kafka.clientProperties());
      try {
        new TopicLookup(kafka, silence, kafka.patience()).begin(admin);
      } finally {
        admin.close(CLOSE_PATIENCE);
      }
    } catch (KafkaException e) {
      RuntimeException lasting = KafkaFailures.lasting(kafka, e);
      throw lasting == null ? KafkaFailures.unavailable(kafka, e) : lasting;
    }
  }

  /** Settings that only consumers have are not looked at by others. */
  private static void requireSettings(KafkaOptions kafka) {
    Properties consumer = kafka.clientProperties();
    consumer.setProperty("key.deserializer", ByteArrayDeserializer.class.getName());
    consumer.setProperty("value.deserializer", ByteArrayDeserializer.class.getName());
    var unused = new ConsumerConfig(consumer);
  }
}
