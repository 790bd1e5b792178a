package io.shardyfusion.job.input.kafka;

import io.shardyfusion.job.input.news.InputGauge;
import io.shardyfusion.job.input.news.InputNews;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.rows.RawRow;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's source, of one topic that stays the same one. Kafka knows a topic by an id that no other
 * one ever has; the name, and offsets in it, can come to mean another topic. So:
 *
 * <ul>
 *   <li>the enumerator keeps the id in the state, and compares it at each discovery, of which the
 *       first is when a job begins or is restored ({@link SameTopicSubscriber});
 *   <li>a split has it, and a reader that has read anything compares it at each barrier, before its
 *       part of the checkpoint can complete ({@link TopicReader}). So no checkpoint holds records
 *       of another topic.
 * </ul>
 *
 * <p>Brokers before Kafka 2.8 give no ids, and nothing is compared. A state that the bare connector
 * wrote has none either: the job takes on the topic that it finds.
 */
public final class TopicSource
    implements Source<RawRow, TopicSplit, TopicState>, ResultTypeQueryable<RawRow> {

  private static final long serialVersionUID = 1L;

  /** The problem that Kafka does not answer. */
  private static final String SILENCE = "kafka";

  private static final Duration SILENT_AFTER = Duration.ofSeconds(3);

  /** The longest time that a checkpoint waits to learn that the topic is the same. */
  private static final Duration LONGEST_BARRIER = Duration.ofSeconds(30);

  private final KafkaOptions kafka;
  private final Duration discoveryInterval;
  private final @Nullable InputRun run;
  private final InputGauge gauge = new InputGauge();

  /**
   * A source of the topic.
   *
   * @param discoveryInterval how often to look for new partitions, and whether the topic is the
   *     same
   * @param run whose record is told what is wrong, or null for none
   */
  public TopicSource(KafkaOptions kafka, Duration discoveryInterval, @Nullable InputRun run) {
    this.kafka = kafka;
    this.discoveryInterval = discoveryInterval;
    this.run = run;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<RawRow, TopicSplit> createReader(SourceReaderContext context)
      throws Exception {
    Duration patience =
        kafka.patience().compareTo(LONGEST_BARRIER) < 0 ? kafka.patience() : LONGEST_BARRIER;
    KafkaSilence silence =
        new KafkaSilence(kafka.bootstrapServers(), patience, new ToldByTheEnumerator());
    return new TopicReader(
        kafka,
        source(new NoSubscription(), said -> {}).createReader(context),
        new TopicLookup(kafka, silence, patience));
  }

  @Override
  public SplitEnumerator<TopicSplit, TopicState> createEnumerator(
      SplitEnumeratorContext<TopicSplit> context) {
    InputNews news = InputNews.start(run);
    gauge.show(news, context.metricGroup());
    SameTopicSubscriber topic = new SameTopicSubscriber(kafka, lookup(news));
    TopicEnumeratorContext adapted = new TopicEnumeratorContext(context, kafka, topic);
    return new TopicEnumerator(
        kafka, topic, source(topic, news::happened).createEnumerator(adapted), news);
  }

  @Override
  public SplitEnumerator<TopicSplit, TopicState> restoreEnumerator(
      SplitEnumeratorContext<TopicSplit> context, TopicState state) throws Exception {
    InputNews news = InputNews.start(run);
    gauge.show(news, context.metricGroup());
    SameTopicSubscriber topic = new SameTopicSubscriber(kafka, lookup(news), state);
    TopicEnumeratorContext adapted = new TopicEnumeratorContext(context, kafka, topic);
    return new TopicEnumerator(
        kafka,
        topic,
        source(topic, news::happened).restoreEnumerator(adapted, state.partitions()),
        news);
  }

  @Override
  public SimpleVersionedSerializer<TopicSplit> getSplitSerializer() {
    return TopicStateFormat.ofSplits();
  }

  @Override
  public SimpleVersionedSerializer<TopicState> getEnumeratorCheckpointSerializer() {
    return TopicStateFormat.ofStates();
  }

  @Override
  public TypeInformation<RawRow> getProducedType() {
    return RawRow.TYPE;
  }

  private TopicLookup lookup(InputNews news) {
    KafkaSilence.Listener told =
        new KafkaSilence.Listener() {
          @Override
          public void silent(String message) {
            news.problem(SILENCE, message);
          }

          @Override
          public void answered() {
            news.over(SILENCE);
          }
        };
    return new TopicLookup(
        kafka, new KafkaSilence(kafka.bootstrapServers(), SILENT_AFTER, told), kafka.patience());
  }

  private KafkaSource<RawRow> source(KafkaSubscriber topic, Consumer<String> says) {
    Properties properties = kafka.clientProperties();
    properties.putIfAbsent(
        "partition.discovery.interval.ms", String.valueOf(discoveryInterval.toMillis()));
    KafkaSourceBuilder<RawRow> source =
        KafkaSource.<RawRow>builder()
            .setProperties(properties)
            .setBootstrapServers(kafka.bootstrapServers())
            .setKafkaSubscriber(topic)
            .setStartingOffsets(new StartOffsets(kafka, says))
            .setDeserializer(new RecordsAsRows());
    String group = kafka.group();
    if (group != null) {
      source.setGroupId(group);
    }
    return source.build();
  }

  /** A reader that waits fails if it waits for long; the enumerator asks as well, and tells. */
  private static final class ToldByTheEnumerator implements KafkaSilence.Listener {

    @Override
    public void silent(String message) {}

    @Override
    public void answered() {}
  }

  /** A reader is told its partitions. */
  private static final class NoSubscription implements KafkaSubscriber {

    private static final long serialVersionUID = 1L;

    @Override
    public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
      throw new UnsupportedOperationException("a reader looks no partitions up");
    }
  }
}
