package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Work that tests do with the topics of a {@link KafkaServer}: create, fill, look. Needs {@code
 * kafka-clients} on the class path of whoever uses it. Calls wait until they are done, and fail
 * with an {@link IllegalStateException}. Used by one thread.
 */
public final class KafkaTopics implements AutoCloseable {

  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<?>> sent = new ArrayList<>();

  /** Connects to a broker; must be closed. */
  public KafkaTopics(KafkaServer server) {
    this.admin = Admin.create(Map.of("bootstrap.servers", server.bootstrapServers()));
    this.producer =
        new KafkaProducer<>(
            // One request at a time: a new partition may refuse the first and take the next, after
            // which the first is out of order for ever.
            Map.of(
                "bootstrap.servers",
                server.bootstrapServers(),
                "acks",
                "all",
                "max.in.flight.requests.per.connection",
                "1"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Creates a topic with so many partitions. */
  public void create(String topic, int partitions) {
    await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all());
  }

  /** Deletes a topic, and waits until the broker does not know it any more. */
  public void delete(String topic) {
    await(admin.deleteTopics(List.of(topic)).all());
    Await.until(
        "the topic is gone",
        Duration.ofSeconds(30),
        () -> topic,
        () -> !await(admin.listTopics().names()).contains(topic));
  }

  /** Grows a topic to so many partitions. */
  public void grow(String topic, int partitions) {
    await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all());
  }

  /** Deletes all records of a partition that are before an offset. */
  public void deleteBefore(String topic, int partition, long offset) {
    await(
        admin
            .deleteRecords(
                Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
            .all());
  }

  /** The offset that a group committed for a partition, or -1 if it did not. */
  public long committed(String group, String topic, int partition) {
    OffsetAndMetadata committed =
        await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
            .get(new TopicPartition(topic, partition));
    return committed == null ? -1 : committed.offset();
  }

  /** Commits an offset of a partition for a group. */
  public void commit(String group, String topic, int partition, long offset) {
    await(
        admin
            .alterConsumerGroupOffsets(
                group, Map.of(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)))
            .all());
  }

  /** Sends a record of text; {@link #flush()} waits for it. */
  public void send(String topic, int partition, @Nullable String key, @Nullable String value) {
    send(topic, partition, null, bytes(key), bytes(value));
  }

  /**
   * Sends a record; {@link #flush()} waits for it.
   *
   * @param timestamp the record's, or null for now
   */
  public void send(
      String topic,
      int partition,
      @Nullable Instant timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    sent.add(
        producer.send(
            new ProducerRecord<>(
                topic,
                partition,
                timestamp == null ? null : timestamp.toEpochMilli(),
                key,
                value)));
  }

  /** Waits until the broker has all that was sent. */
  public void flush() {
    producer.flush();
    List<Future<?>> flushed = List.copyOf(sent);
    sent.clear(); // Whatever comes of them, the next test begins without them.
    flushed.forEach(KafkaTopics::await);
  }

  /** Disconnects. */
  @Override
  public void close() {
    producer.close();
    admin.close();
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
