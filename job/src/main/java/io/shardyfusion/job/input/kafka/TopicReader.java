package io.shardyfusion.job.input.kafka;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.rows.RawRow;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's reader, which makes sure at each barrier that what it has read since the last one is of
 * the topic that its splits name, and puts failures into words.
 *
 * <p>The question takes one request, while the task waits, and none where nothing was read. If
 * Kafka does not answer it for half a minute, the job fails, to go on from its last checkpoint:
 * whoever brought Kafka back may have brought back another topic.
 *
 * <p>It has splits because the enumerator found them, with the same credentials: where Kafka
 * refuses them now, the job restarts.
 */
@SuppressWarnings("try") // Flink's interface lets close() throw anything.
final class TopicReader implements SourceReader<RawRow, TopicSplit> {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final KafkaOptions kafka;
  private final SourceReader<RawRow, KafkaPartitionSplit> partitions;
  private final TopicLookup lookup;

  /** Position of each partition when the topic was last known to be the same. */
  private final Map<String, KafkaPartitionSplit> known = new HashMap<>();

  private @Nullable String topicId;
  private @Nullable Admin admin;

  TopicReader(
      KafkaOptions kafka,
      SourceReader<RawRow, KafkaPartitionSplit> partitions,
      TopicLookup lookup) {
    this.kafka = kafka;
    this.partitions = partitions;
    this.lookup = lookup;
  }

  @Override
  public void start() {
    partitions.start();
  }

  @Override
  public void addSplits(List<TopicSplit> splits) {
    for (TopicSplit split : splits) {
      if (split.topicId() != null) {
        topicId = split.topicId();
      }
      known.put(split.splitId(), split.partition());
    }
    try {
      partitions.addSplits(splits.stream().map(TopicSplit::partition).toList());
    } catch (RuntimeException e) {
      throw KafkaFailures.translateLetInBefore(kafka, e);
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RawRow> output) throws Exception {
    try {
      return partitions.pollNext(output);
    } catch (Exception e) {
      InvalidOffsetException gone = KafkaFailures.find(e, InvalidOffsetException.class);
      throw gone == null ? KafkaFailures.translateLetInBefore(kafka, e) : explained(gone);
    }
  }

  @Override
  public List<TopicSplit> snapshotState(long checkpointId) {
    List<KafkaPartitionSplit> now = partitions.snapshotState(checkpointId);
    for (KafkaPartitionSplit partition : now) {
      if (!partition.equals(known.get(partition.splitId()))) {
        requireSameTopic();
        now.forEach(read -> known.put(read.splitId(), read));
        break;
      }
    }
    return now.stream().map(partition -> new TopicSplit(partition, topicId)).toList();
  }

  private void requireSameTopic() {
    try {
      String found = lookup.find(admin(), topicId).id();
      if (found != null) {
        topicId = found;
      }
    } catch (ShardyfusionException e) {
      throw KafkaFailures.inJobLetInBefore(kafka, e);
    }
  }

  private RuntimeException explained(InvalidOffsetException gone) {
    try {
      return KafkaFailures.inJobLetInBefore(kafka, lookup.explain(admin(), gone, topicId));
    } catch (ShardyfusionException e) {
      return KafkaFailures.inJobLetInBefore(kafka, e);
    }
  }

  private Admin admin() {
    Admin open = admin;
    if (open == null) {
      open = Admin.create(kafka.clientProperties());
      admin = open;
    }
    return open;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return partitions.isAvailable();
  }

  @Override
  public void notifyNoMoreSplits() {
    partitions.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    partitions.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    partitions.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    partitions.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
    partitions.pauseOrResumeSplits(toPause, toResume);
  }

  @Override
  public void close() throws Exception {
    try {
      partitions.close();
    } finally {
      if (admin != null) {
        admin.close(CLOSE_PATIENCE);
      }
    }
  }
}
