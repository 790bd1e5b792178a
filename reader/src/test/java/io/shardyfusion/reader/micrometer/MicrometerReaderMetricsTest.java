package io.shardyfusion.reader.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardyfusion.StorageException;
import io.shardyfusion.reader.ReaderStats;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MicrometerReaderMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicReference<ReaderStats> stats = new AtomicReference<>(statsAfter(10));

  @Test
  void metersShowWhatTheReaderHasCounted() {
    MicrometerReaderMetrics metrics =
        new MicrometerReaderMetrics(registry, Tags.of("service", "cities"));
    metrics.opened("file:///cities", stats::get);
    assertThat(count("lookups")).isEqualTo(10);
    assertThat(count("misses")).isEqualTo(3);
    assertThat(count("refreshes")).isEqualTo(1);
    assertThat(count("refresh.failures")).isEqualTo(2);
    assertThat(count("fetched.files")).isEqualTo(4);
    assertThat(count("fetched.bytes")).isEqualTo(5000);
    assertThat(gauge("versions.open")).isEqualTo(1);
    assertThat(gauge("shards.open")).isEqualTo(8);
    assertThat(gauge("cache.bytes")).isEqualTo(6000);
    assertThat(gauge("block.cache.bytes")).isEqualTo(700);
    stats.set(statsAfter(20));
    assertThat(count("lookups")).isEqualTo(20);
    assertThat(registry.getMeters())
        .allMatch(m -> "file:///cities".equals(m.getId().getTag("dataset")))
        .allMatch(m -> "cities".equals(m.getId().getTag("service")));
  }

  @Test
  void timesAreRecordedFromOpeningToClosingAndNothingIsLeftBehind() {
    MicrometerReaderMetrics metrics = new MicrometerReaderMetrics(registry);
    metrics.lookupTime(1);
    metrics.opened("file:///cities", stats::get);
    metrics.lookupTime(4000);
    metrics.refreshed(Duration.ofMillis(20), 5000);
    metrics.refreshFailed(Duration.ofMillis(30), new StorageException("down"));
    assertThat(
            registry.get("shardyfusion.reader.lookup.time").timer().totalTime(TimeUnit.NANOSECONDS))
        .isEqualTo(4000);
    assertThat(refreshTime("success")).isEqualTo(20);
    assertThat(refreshTime("failure")).isEqualTo(30);
    metrics.closed();
    assertThat(registry.getMeters()).isEmpty();
  }

  private double refreshTime(String outcome) {
    return registry
        .get("shardyfusion.reader.refresh.time")
        .tag("outcome", outcome)
        .timer()
        .totalTime(TimeUnit.MILLISECONDS);
  }

  private double count(String name) {
    return registry.get("shardyfusion.reader." + name).functionCounter().count();
  }

  private double gauge(String name) {
    return registry.get("shardyfusion.reader." + name).gauge().value();
  }

  private static ReaderStats statsAfter(long lookups) {
    return ReaderStats.builder()
        .lookups(lookups)
        .misses(3)
        .refreshes(1)
        .refreshFailures(2)
        .fetchedFiles(4)
        .fetchedBytes(5000)
        .versionsOpen(1)
        .shardsOpen(8)
        .cacheBytes(6000)
        .blockCacheBytes(700)
        .build();
  }
}
