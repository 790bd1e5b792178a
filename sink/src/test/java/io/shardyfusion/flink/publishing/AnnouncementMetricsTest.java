package io.shardyfusion.flink.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.StorageException;
import io.shardyfusion.flink.run.SinkMetrics;
import io.shardyfusion.format.HeldBy;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.StatusNote;
import io.shardyfusion.format.VersionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

final class AnnouncementMetricsTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // It overflows, as it may.
  private final MetricListener listener = new MetricListener();
  private final AnnouncementMetrics metrics =
      new AnnouncementMetrics(listener.getMetricGroup(), nanos::get);

  @Test
  void theAgeGrowsFromTheBeginningOfTheAttemptAndIsZeroAfterEachAnnouncement() {
    assertThat(secondsSinceAnnouncement()).isZero();
    pass(Duration.ofSeconds(90));
    metrics.failed(new StorageException("down"));
    assertThat(secondsSinceAnnouncement()).isEqualTo(90);
    metrics.announced(entry(3), Duration.ofMillis(40));
    assertThat(secondsSinceAnnouncement()).isZero();
    pass(Duration.ofMillis(2_999));
    assertThat(secondsSinceAnnouncement()).isEqualTo(2);
  }

  @Test
  void aHeldVersionIsCountedOnceHoweverOftenItIsCommitted() {
    metrics.announced(entry(1), Duration.ZERO);
    assertThat(count(SinkMetrics.HELD)).isZero();
    PointerEntry held = entry(2).held(HeldBy.PIN, StatusNote.NONE);
    metrics.announced(held, Duration.ZERO);
    metrics.announced(held, Duration.ZERO);
    assertThat(count(SinkMetrics.HELD)).isEqualTo(1);
    metrics.announced(entry(3).held(HeldBy.VALIDATOR, StatusNote.NONE), Duration.ZERO);
    assertThat(count(SinkMetrics.HELD)).isEqualTo(2);
  }

  private long secondsSinceAnnouncement() {
    Gauge<Long> gauge =
        listener.<Long>getGauge(SinkMetrics.SECONDS_SINCE_ANNOUNCEMENT).orElseThrow();
    return gauge.getValue();
  }

  private long count(String name) {
    return listener.getCounter(name).orElseThrow().getCount();
  }

  private void pass(Duration time) {
    nanos.addAndGet(TimeUnit.NANOSECONDS.convert(time));
  }

  private static PointerEntry entry(long version) {
    return PointerEntry.builder()
        .version(version)
        .manifest(
            new ManifestRef(
                "manifests/20260304T050607.000Z_" + "a".repeat(32) + ".json",
                Sha256.of(new byte[1])))
        .runId("b".repeat(32))
        .announcedAt(Instant.parse("2026-03-04T05:06:07Z"))
        .rows(1)
        .bytes(1)
        .status(VersionStatus.ANNOUNCED)
        .rowsExact(true)
        .build();
  }
}
