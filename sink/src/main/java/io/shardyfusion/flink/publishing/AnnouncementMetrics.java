package io.shardyfusion.flink.publishing;

import io.shardyfusion.ConflictException;
import io.shardyfusion.flink.run.SinkMetrics;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.VersionStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The metrics of the committer, of one attempt. Written by its thread, read by any.
 *
 * <p>The time since the last announcement is measured by the monotonic clock: setting the machine's
 * clock raises no alert, and hides none.
 */
final class AnnouncementMetrics {

  private final LongSupplier nanos;
  private final Counter failures;
  private final Counter fenced;
  private final Counter held;
  private volatile long announcedNanos;
  private volatile long announcedVersion;
  private volatile long publishMillis;

  /**
   * Metrics in {@code group} of an attempt that begins now.
   *
   * @param nanos the monotonic clock, as {@link System#nanoTime}
   */
  AnnouncementMetrics(MetricGroup group, LongSupplier nanos) {
    this.nanos = nanos;
    announcedNanos = nanos.getAsLong();
    failures = group.counter(SinkMetrics.ANNOUNCEMENT_FAILURES);
    fenced = group.counter(SinkMetrics.FENCED);
    held = group.counter(SinkMetrics.HELD);
    group.gauge(SinkMetrics.ANNOUNCED_VERSION, () -> announcedVersion);
    group.gauge(SinkMetrics.PUBLISH_TIME, () -> publishMillis);
    group.gauge(
        SinkMetrics.SECONDS_SINCE_ANNOUNCEMENT,
        () -> TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nanos.getAsLong() - announcedNanos)));
  }

  /**
   * A version is in the history.
   *
   * @param sinceAssembled the time since its manifest was stored
   */
  void announced(PointerEntry entry, Duration sinceAssembled) {
    if (entry.status() == VersionStatus.HELD && entry.version() > announcedVersion) {
      held.inc();
    }
    announcedVersion = entry.version();
    publishMillis = Math.max(0, sinceAssembled.toMillis());
    announcedNanos = nanos.getAsLong();
  }

  /** A version could not be announced. */
  void failed(RuntimeException cause) {
    failures.inc();
    if (cause instanceof ConflictException) {
      fenced.inc();
    }
  }
}
