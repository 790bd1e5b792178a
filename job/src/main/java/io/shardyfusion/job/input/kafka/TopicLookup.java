package io.shardyfusion.job.input.kafka;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.options.KafkaOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Asks Kafka about the topic of a job, and says in words what is wrong with it. */
final class TopicLookup {

  /** A broker that just started, or heard of a new topic late, may not know it for a moment. */
  private static final Duration CONFIRM = Duration.ofSeconds(1);

  /** After so long, a topic of a running job that no broker knows was deleted. */
  private static final Duration DELETED_AFTER = Duration.ofSeconds(15);

  private static final long ASK_AGAIN_NANOS = Duration.ofMillis(250).toNanos();
  private static final long EXPLAIN_SECONDS = 10;

  /** A piece of a sentence: what to do where the offsets of the state are of no use. */
  static final String BEGIN_ANEW =
      "to begin anew from what Kafka has, on top of what is published, run once with --restore none"
          + " --base current --kafka-start earliest";

  private final KafkaOptions kafka;
  private final KafkaSilence silence;
  private final Duration patience;
  private final Duration deletedAfter;

  /**
   * A topic as it is.
   *
   * @param id the topic's id, which no other topic ever has; null: the brokers give none
   */
  record Found(@Nullable String id, Set<TopicPartition> partitions) {

    /** Copies. */
    Found {
      partitions = Set.copyOf(partitions);
    }
  }

  /**
   * A lookup that waits for {@code patience} for each answer.
   *
   * @param silence is told of every answer that does not come
   */
  TopicLookup(KafkaOptions kafka, KafkaSilence silence, Duration patience) {
    this(kafka, silence, patience, DELETED_AFTER);
  }

  TopicLookup(KafkaOptions kafka, KafkaSilence silence, Duration patience, Duration deletedAfter) {
    this.kafka = kafka;
    this.silence = silence;
    this.patience = patience;
    this.deletedAfter = deletedAfter;
  }

  /**
   * The topic that a job is to begin with.
   *
   * @throws InvalidRequestException if there is none
   * @throws StorageException if Kafka refuses or does not answer; {@link KafkaFailures#isSilence}
   *     tells which
   */
  Found begin(Admin admin) {
    try {
      return found(describe(admin, CONFIRM), null);
    } catch (UnknownTopicOrPartitionException e) {
      throw new InvalidRequestException(
          topic()
              + " does not exist, or the job's user may not see it; create it, or correct"
              + " --kafka-topic",
          e);
    }
  }

  /**
   * The topic of a running job as it is now. Where Kafka does not know it, it is asked again for so
   * long that it was deleted: a broker that restarts may know no topic for some seconds.
   *
   * @param expected the id that it had, or null if that is not known
   * @throws InvalidRequestException if it was deleted, or is another one than expected
   * @throws StorageException if Kafka refuses or does not answer; {@link KafkaFailures#isSilence}
   *     tells which
   */
  Found discover(Admin admin, @Nullable String expected) {
    try {
      return found(describe(admin, deletedAfter), expected);
    } catch (UnknownTopicOrPartitionException e) {
      throw new InvalidRequestException(
          topic()
              + " was deleted, or the job's user may not see it any more. If it is created"
              + " again it is another one; "
              + BEGIN_ANEW,
          e);
    }
  }

  /**
   * The topic of a running job as it is now, for one that cannot wait until it is certain that the
   * topic was deleted, which {@link #discover} finds out.
   *
   * @param expected the id that it had, or null if that is not known
   * @throws InvalidRequestException if it is another one than expected
   * @throws StorageException if Kafka refuses, does not answer, or does not know the topic, which
   *     may pass
   */
  Found find(Admin admin, @Nullable String expected) {
    try {
      return found(describe(admin, CONFIRM), expected);
    } catch (UnknownTopicOrPartitionException e) {
      throw new StorageException(
          topic()
              + " is not known there now, though the job has read it. A broker that restarts may"
              + " say so for some seconds. If the topic was deleted, or the job's user may not see"
              + " it any more, the next discovery of partitions ends the job",
          e);
    }
  }

  private Found found(TopicDescription topic, @Nullable String expected) {
    String id = topic.topicId().equals(Uuid.ZERO_UUID) ? null : topic.topicId().toString();
    if (id != null && expected != null && !id.equals(expected)) {
      throw new InvalidRequestException(
          """
          %s is another one than the job has read: it was deleted and created again, or \
          another Kafka answers there (the topic's id was %s, found %s). The offsets in the \
          job's state mean nothing in it; %s"""
              .formatted(topic(), expected, id, BEGIN_ANEW));
    }
    return new Found(
        id,
        topic.partitions().stream()
            .map(partition -> new TopicPartition(kafka.topic(), partition.partition()))
            .collect(Collectors.toSet()));
  }

  /**
   * A position that Kafka does not have, in words, with what it has; or, if that is why, that the
   * topic is gone or another one.
   */
  DataDamagedException explain(
      Admin admin, InvalidOffsetException gone, @Nullable String expected) {
    find(admin, expected);
    TopicPartition partition = gone.partitions().iterator().next();
    Long wanted =
        gone instanceof OffsetOutOfRangeException range
            ? range.offsetOutOfRangePartitions().get(partition)
            : null;
    return new DataDamagedException(
        """
        %s, partition %s: the job goes on at offset %s, but %s: records that the job has \
        not read were deleted, or were lost when a broker failed. Their changes are \
        missing; %s. What was lost needs a backfill"""
            .formatted(
                topic(),
                partition.partition(),
                wanted == null ? "?" : wanted,
                offsets(admin, partition),
                BEGIN_ANEW),
        gone);
  }

  /**
   * The topic, as Kafka describes it.
   *
   * @throws UnknownTopicOrPartitionException if it says for so long that there is none
   */
  private TopicDescription describe(Admin admin, Duration confirm) {
    long deadline = System.nanoTime() + confirm.toNanos();
    DescribeTopicsOptions options =
        new DescribeTopicsOptions().timeoutMs(Math.toIntExact(patience.toMillis()));
    while (true) {
      try {
        return silence.await(
            Objects.requireNonNull(
                admin
                    .describeTopics(List.of(kafka.topic()), options)
                    .topicNameValues()
                    .get(kafka.topic())));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException unknown)) {
          throw failed(e);
        }
        if (System.nanoTime() - deadline > 0) {
          throw unknown;
        }
        LockSupport.parkNanos(ASK_AGAIN_NANOS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageException("interrupted while " + topic() + " was looked up", e);
      }
    }
  }

  private RuntimeException failed(ExecutionException e) {
    RuntimeException lasting = KafkaFailures.lasting(kafka, e);
    if (lasting != null) {
      return lasting;
    }
    return new StorageException(
        KafkaFailures.isSilence(e)
            ? """
              no answer from Kafka at %s within %s ms (%s). %s. To wait longer, set \
              --kafka-property default.api.timeout.ms=…"""
                .formatted(
                    kafka.bootstrapServers(),
                    patience.toMillis(),
                    KafkaFailures.reason(e),
                    KafkaSilence.hint())
            : "cannot look up " + topic() + ": " + KafkaFailures.reason(e),
        e);
  }

  private String offsets(Admin admin, TopicPartition partition) {
    try {
      long first = offset(admin, partition, OffsetSpec.earliest());
      long end = offset(admin, partition, OffsetSpec.latest());
      return first == end
          ? "Kafka has no record, and the next will have offset " + end
          : "Kafka has offsets " + first + " to " + (end - 1);
    } catch (ExecutionException | TimeoutException e) {
      return "Kafka does not have it";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "Kafka does not have it";
    }
  }

  private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec)
      throws ExecutionException, InterruptedException, TimeoutException {
    return admin
        .listOffsets(Map.of(partition, spec))
        .partitionResult(partition)
        .get(EXPLAIN_SECONDS, TimeUnit.SECONDS)
        .offset();
  }

  private String topic() {
    return "the Kafka topic '" + kafka.topic() + "' at " + kafka.bootstrapServers();
  }
}
