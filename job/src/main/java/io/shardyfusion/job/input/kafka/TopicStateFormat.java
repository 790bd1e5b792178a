package io.shardyfusion.job.input.kafka;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.BinaryFields;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The form in the state of what Kafka's connector keeps, with the id of the topic: whether there is
 * an id (a byte), the id (modified UTF-8), the version of the connector's own form (int), its
 * length (int), its bytes. <b>Durable</b>: later releases read each version. A state with one of
 * the connector's versions is one without an id.
 *
 * @param <T> with the id
 * @param <K> the connector's
 */
final class TopicStateFormat<T, K> implements SimpleVersionedSerializer<T> {

  /** Far from the connector's own versions, which count from 0. */
  static final int VERSION_1 = 1_000_001;

  private static final String WHAT = "the state of the Kafka source";

  private final SimpleVersionedSerializer<K> kafka;
  private final Function<T, K> content;
  private final Function<T, @Nullable String> topicId;
  private final BiFunction<K, @Nullable String, T> join;

  private TopicStateFormat(
      SimpleVersionedSerializer<K> kafka,
      Function<T, K> content,
      Function<T, @Nullable String> topicId,
      BiFunction<K, @Nullable String, T> join) {
    this.kafka = kafka;
    this.content = content;
    this.topicId = topicId;
    this.join = join;
  }

  static TopicStateFormat<TopicSplit, KafkaPartitionSplit> ofSplits() {
    return new TopicStateFormat<>(
        new KafkaPartitionSplitSerializer(),
        TopicSplit::partition,
        TopicSplit::topicId,
        TopicSplit::new);
  }

  static TopicStateFormat<TopicState, KafkaSourceEnumState> ofStates() {
    return new TopicStateFormat<>(
        new KafkaSourceEnumStateSerializer(),
        TopicState::partitions,
        TopicState::topicId,
        TopicState::new);
  }

  @Override
  public int getVersion() {
    return VERSION_1;
  }

  @Override
  public byte[] serialize(T value) throws IOException {
    byte[] inner = kafka.serialize(content.apply(value));
    String id = topicId.apply(value);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeBoolean(id != null);
    if (id != null) {
      out.writeUTF(id);
    }
    out.writeInt(kafka.getVersion());
    out.writeInt(inner.length);
    out.write(inner);
    return bytes.toByteArray();
  }

  /**
   * The state that {@code serialized} holds.
   *
   * @throws DataDamagedException if it holds no such state, or one of a later version
   */
  @Override
  public T deserialize(int version, byte[] serialized) throws IOException {
    if (version > VERSION_1) {
      // The connector takes any version of a split for its own.
      throw new DataDamagedException(
          """
          the state of the Kafka source has version %s, newer than this release knows (%s); \
          restore with the release that wrote it, or a newer one"""
              .formatted(version, VERSION_1));
    }
    return version == VERSION_1
        ? BinaryFields.read(WHAT, serialized, this::readVersion1)
        : join.apply(kafka.deserialize(version, serialized), null);
  }

  private T readVersion1(BinaryFields fields) throws IOException {
    String id = fields.flag("topic id") ? fields.text() : null;
    int version = fields.smallInteger();
    byte[] inner = fields.bytes("the connector's part");
    try {
      return join.apply(kafka.deserialize(version, inner), id);
    } catch (IOException | RuntimeException e) {
      throw fields.damaged("the connector's part cannot be read: " + e);
    }
  }
}
