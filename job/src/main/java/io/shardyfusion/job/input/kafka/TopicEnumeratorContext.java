package io.shardyfusion.job.input.kafka;

import io.shardyfusion.job.input.options.KafkaOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

/**
 * Flink as Kafka's enumerator sees it: it assigns partitions, which become splits of the topic, and
 * its failures are put into words.
 */
final class TopicEnumeratorContext implements SplitEnumeratorContext<KafkaPartitionSplit> {

  private final SplitEnumeratorContext<TopicSplit> flink;
  private final KafkaOptions kafka;
  private final SameTopicSubscriber topic;

  TopicEnumeratorContext(
      SplitEnumeratorContext<TopicSplit> flink, KafkaOptions kafka, SameTopicSubscriber topic) {
    this.flink = flink;
    this.kafka = kafka;
    this.topic = topic;
  }

  @Override
  public void assignSplits(SplitsAssignment<KafkaPartitionSplit> assigned) {
    Map<Integer, List<TopicSplit>> splits =
        assigned.assignment().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    entry ->
                        entry.getValue().stream()
                            .map(partition -> new TopicSplit(partition, topic.id()))
                            .toList()));
    flink.assignSplits(new SplitsAssignment<>(splits));
  }

  @Override
  public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
    flink.callAsync(inWords(callable), handler);
  }

  @Override
  public <T> void callAsync(
      Callable<T> callable,
      BiConsumer<T, Throwable> handler,
      long initialDelayMillis,
      long periodMillis) {
    flink.callAsync(inWords(callable), handler, initialDelayMillis, periodMillis);
  }

  private <T> Callable<T> inWords(Callable<T> callable) {
    return () -> {
      try {
        return callable.call();
      } catch (Exception e) {
        throw KafkaFailures.translate(kafka, e);
      }
    };
  }

  @Override
  public SplitEnumeratorMetricGroup metricGroup() {
    return flink.metricGroup();
  }

  @Override
  public void sendEventToSourceReader(int subtaskId, SourceEvent event) {
    flink.sendEventToSourceReader(subtaskId, event);
  }

  @Override
  public int currentParallelism() {
    return flink.currentParallelism();
  }

  @Override
  public Map<Integer, ReaderInfo> registeredReaders() {
    return flink.registeredReaders();
  }

  @Override
  public void signalNoMoreSplits(int subtask) {
    flink.signalNoMoreSplits(subtask);
  }

  @Override
  public void runInCoordinatorThread(Runnable runnable) {
    flink.runInCoordinatorThread(runnable);
  }
}
