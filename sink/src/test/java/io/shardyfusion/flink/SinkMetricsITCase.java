package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.flink.run.SinkMetrics;
import io.shardyfusion.pointer.Order;
import io.shardyfusion.pointer.PointerOperations;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reporter of Flink sees of the sink. */
final class SinkMetricsITCase {

  private static final int SUBTASKS = 2;

  @TempDir private Path directory;

  @Test
  void everyMetricThatIsDocumentedTellsWhatTheJobDid() throws Exception {
    InMemoryReporter reporter = InMemoryReporter.createWithRetainedMetrics();
    Configuration flink = new Configuration();
    reporter.addToConfiguration(flink);
    // One that stays when the job has ended: Flink closes its reporters in the end.
    try (MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(flink)
                .setNumSlotsPerTaskManager(SUBTASKS)
                .build())) {
      cluster.start();
      String dataset = directory.resolve("numbers").toUri().toString();
      StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
      env.setParallelism(SUBTASKS);
      env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
      env.enableCheckpointing(100);
      numbers(env, dataset).append();
      cluster.executeJobBlocking(env.getStreamGraph().getJobGraph());

      Map<String, Long> written = sums(reporter, "write shards");
      assertThat(written)
          .containsEntry(SinkMetrics.RECORDS, 10_000L)
          .containsEntry(SinkMetrics.DELETES, 1_000L)
          .containsEntry(SinkMetrics.ERRORS, 0L)
          .containsEntry(SinkMetrics.ROW_BYTES, keysAndValues())
          .containsKeys(SinkMetrics.BARRIER_STALL, SinkMetrics.SEND_TIME);
      assertThat(written.get(SinkMetrics.TOTAL_BARRIER_STALL))
          .isGreaterThanOrEqualTo(written.get(SinkMetrics.BARRIER_STALL));
      assertThat(written.get(SinkMetrics.FILES)).isBetween(5L, 1_000L);
      assertThat(written.get(SinkMetrics.SHARD_BYTES)).isPositive();
      assertThat(written.get(SinkMetrics.BYTES))
          .isGreaterThanOrEqualTo(written.get(SinkMetrics.SHARD_BYTES));
      assertThat(written.get(SinkMetrics.LARGEST_SHARD_BYTES))
          .isPositive()
          .isLessThan(written.get(SinkMetrics.SHARD_BYTES));
      Map<String, Long> published = sums(reporter, "publish: Committer");
      assertThat(published.get(SinkMetrics.ANNOUNCED_VERSION)).isPositive();
      assertThat(published.get(SinkMetrics.PUBLISH_TIME)).isNotNegative();
      assertThat(published)
          .containsEntry(SinkMetrics.FENCED, 0L)
          .containsEntry(SinkMetrics.ANNOUNCEMENT_FAILURES, 0L)
          .containsEntry(SinkMetrics.HELD, 0L);
      assertThat(published.get(SinkMetrics.SECONDS_SINCE_ANNOUNCEMENT)).isBetween(0L, 60L);

      try (ObjectStore store = ObjectStores.open(dataset, StoreOptions.defaults())) {
        new PointerOperations(store, Clock.systemUTC()).pinCurrent(Order.SILENT).orThrow();
      }
      numbers(env, dataset).base(BaseSnapshot.CURRENT).append();
      cluster.executeJobBlocking(env.getStreamGraph().getJobGraph());

      assertThat(sums(reporter, "publish: Committer").get(SinkMetrics.HELD))
          .as("versions under a pin, of both jobs")
          .isPositive();
    }
  }

  private static ShardyfusionSink<Long> numbers(StreamExecutionEnvironment env, String dataset) {
    return ShardyfusionSink.forStream(env.fromSequence(1, 10_000))
        .dataset(dataset)
        .shards(5)
        .key(number -> number)
        .value(SinkMetricsITCase::value)
        .deleteWhen(number -> number % 10 == 0);
  }

  private static byte[] value(long number) {
    return ("value of " + number).getBytes(StandardCharsets.UTF_8);
  }

  /** The bytes of all rows of {@link #numbers}: those that delete have no value. */
  private static long keysAndValues() {
    return LongStream.rangeClosed(1, 10_000)
        .map(number -> Long.BYTES + (number % 10 == 0 ? 0 : value(number).length))
        .sum();
  }

  /** The sum over subtasks of each metric of an operator that is a number. */
  private static Map<String, Long> sums(InMemoryReporter reporter, String operator) {
    Map<String, Long> sums = new HashMap<>();
    for (MetricGroup group : reporter.findGroups(operator)) {
      reporter
          .getMetricsByGroup(group)
          .forEach(
              (name, metric) -> {
                Long value = number(metric);
                if (value != null) {
                  sums.merge(name, value, Long::sum);
                }
              });
    }
    return sums;
  }

  private static Long number(Metric metric) {
    if (metric instanceof Counter counter) {
      return counter.getCount();
    }
    return metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number
        ? number.longValue()
        : null;
  }
}
