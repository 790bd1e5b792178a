package io.shardyfusion.flink.writing;

import io.shardyfusion.flink.run.SinkMetrics;
import io.shardyfusion.flink.wire.ShardReport;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** The metrics of one write subtask. Counters belong to its thread, but for the errors. */
final class WriteMetrics {

  final Counter records;
  final Counter deletes;
  final Counter rowBytes;
  final Counter bytes;
  final Counter files;
  final Counter errors;
  private final Counter totalStallMillis;
  private long totalStallNanos;
  private volatile long stallMillis;
  volatile long sendMillis;
  volatile long shardBytes;
  volatile long largestShardBytes;

  WriteMetrics(MetricGroup group) {
    records = group.counter(SinkMetrics.RECORDS);
    deletes = group.counter(SinkMetrics.DELETES);
    rowBytes = group.counter(SinkMetrics.ROW_BYTES);
    bytes = group.counter(SinkMetrics.BYTES);
    files = group.counter(SinkMetrics.FILES);
    errors =
        group.counter(SinkMetrics.ERRORS, new org.apache.flink.metrics.ThreadSafeSimpleCounter());
    totalStallMillis = group.counter(SinkMetrics.TOTAL_BARRIER_STALL);
    group.gauge(SinkMetrics.BARRIER_STALL, () -> stallMillis);
    group.gauge(SinkMetrics.SEND_TIME, () -> sendMillis);
    group.gauge(SinkMetrics.SHARD_BYTES, () -> shardBytes);
    group.gauge(SinkMetrics.LARGEST_SHARD_BYTES, () -> largestShardBytes);
  }

  /** Takes note of the uploads that a report begins. */
  void report(ShardReport report) {
    for (ShardReport.ReportedFile file : report.files()) {
      if (file.isNew()) {
        files.inc();
        bytes.inc(file.size());
      }
    }
  }

  /** Takes note of the time for which records waited at a barrier. */
  void stalled(long nanos) {
    stallMillis = TimeUnit.NANOSECONDS.toMillis(nanos);
    // Times of less than a millisecond add up, too.
    totalStallNanos += nanos;
    totalStallMillis.inc(
        TimeUnit.NANOSECONDS.toMillis(totalStallNanos) - totalStallMillis.getCount());
  }
}
