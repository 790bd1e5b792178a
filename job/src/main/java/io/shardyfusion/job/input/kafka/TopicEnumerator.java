package io.shardyfusion.job.input.kafka;

import io.shardyfusion.job.input.news.InputNews;
import io.shardyfusion.job.input.options.KafkaOptions;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/** Kafka's enumerator, whose state also has the topic's id. Owns the news of its input. */
final class TopicEnumerator implements SplitEnumerator<TopicSplit, TopicState> {

  private final KafkaOptions kafka;
  private final SameTopicSubscriber topic;
  private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> partitions;
  private final InputNews news;

  TopicEnumerator(
      KafkaOptions kafka,
      SameTopicSubscriber topic,
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> partitions,
      InputNews news) {
    this.kafka = kafka;
    this.topic = topic;
    this.partitions = partitions;
    this.news = news;
  }

  @Override
  public void start() {
    try {
      partitions.start();
    } catch (RuntimeException e) {
      throw KafkaFailures.translate(kafka, e);
    }
  }

  @Override
  public void handleSplitRequest(int subtaskId, @Nullable String requesterHostname) {
    partitions.handleSplitRequest(subtaskId, requesterHostname);
  }

  @Override
  public void addSplitsBack(List<TopicSplit> splits, int subtaskId) {
    partitions.addSplitsBack(splits.stream().map(TopicSplit::partition).toList(), subtaskId);
  }

  @Override
  public void addReader(int subtaskId) {
    partitions.addReader(subtaskId);
  }

  @Override
  public TopicState snapshotState(long checkpointId) throws Exception {
    return new TopicState(partitions.snapshotState(checkpointId), topic.id());
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    partitions.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void close() throws IOException {
    topic.close();
    try {
      partitions.close();
    } finally {
      news.close();
    }
  }
}
