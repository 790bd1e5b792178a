package io.shardyfusion.reader.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.shardyfusion.StorageException;
import io.shardyfusion.reader.ReaderHealth;
import io.shardyfusion.reader.ReaderStats;
import io.shardyfusion.reader.ReaderStatsBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
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

  @Test
  void gaugesOfFreshnessAreWhatOneAlertsOn() {
    stats.set(fresh().build());
    new MicrometerReaderMetrics(registry).opened("file:///cities", stats::get);
    assertThat(gauge("served.version")).isEqualTo(12);
    assertThat(gauge("versions.behind")).isEqualTo(2);
    assertThat(gauge("snapshot.age")).isEqualTo(90.5);
    assertThat(gauge("watermark.lag")).isEqualTo(3600);
    assertThat(gauge("check.age")).isEqualTo(31);
    assertThat(gauge("health")).isEqualTo(1);
    stats.set(fresh().health(ReaderHealth.Status.HEALTHY).build());
    assertThat(gauge("health")).isZero();
    stats.set(fresh().health(ReaderHealth.Status.UNHEALTHY).build());
    assertThat(gauge("health")).isEqualTo(2);
  }

  @Test
  void theWatermarksLagIsThereAsLongAsTheServedVersionHasOne() {
    MicrometerReaderMetrics metrics = new MicrometerReaderMetrics(registry);
    metrics.opened("file:///cities", stats::get);
    assertThat(registry.find("shardyfusion.reader.watermark.lag").gauge()).isNull();
    assertThat(registry.find("shardyfusion.reader.check.age").gauge())
        .as("of a reader that does not look")
        .isNull();
    stats.set(fresh().build());
    metrics.refreshed(Duration.ZERO, 0);
    metrics.refreshed(Duration.ZERO, 0);
    assertThat(gauge("watermark.lag")).isEqualTo(3600);
    stats.set(fresh().watermarkLag(null).build());
    metrics.refreshed(Duration.ZERO, 0);
    assertThat(registry.find("shardyfusion.reader.watermark.lag").gauge()).isNull();
    stats.set(fresh().build());
    metrics.refreshed(Duration.ZERO, 0);
    metrics.closed();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void aScrapeHasNamesWithUnitsHelpAndFewBuckets() {
    stats.set(fresh().build());
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MicrometerReaderMetrics metrics = new MicrometerReaderMetrics(prometheus);
    metrics.opened("file:///cities", stats::get);
    metrics.lookupTime(7_000);
    String scrape = prometheus.scrape();

    assertThat(found("# TYPE shardyfusion_reader_(\\S+ \\w+)", scrape))
        .containsExactlyInAnyOrder(
            "block_cache_bytes gauge",
            "cache_bytes gauge",
            "check_age_seconds gauge",
            "fetched_bytes_total counter",
            "fetched_files_total counter",
            "health gauge",
            "lookup_time_seconds histogram",
            "lookup_time_seconds_max gauge",
            "lookups_total counter",
            "misses_total counter",
            "refresh_failures_total counter",
            "refresh_time_seconds summary",
            "refresh_time_seconds_max gauge",
            "refreshes_total counter",
            "served_version gauge",
            "shards_open gauge",
            "snapshot_age_seconds gauge",
            "versions_behind gauge",
            "versions_open gauge",
            "watermark_lag_seconds gauge");
    assertThat(found("# HELP shardyfusion_reader_(\\S+) +\\S", scrape)).hasSize(20);
    assertThat(scrape)
        .contains(
            "# HELP shardyfusion_reader_health Health of the reader: 0 healthy, 1 degraded, 2"
                + " unhealthy")
        .contains("shardyfusion_reader_health{dataset=\"file:///cities\"} 1.0")
        .contains("shardyfusion_reader_snapshot_age_seconds{dataset=\"file:///cities\"} 90.5");
    assertThat(found("lookup_time_seconds_bucket\\{.*le=\"(.*)\"} 0", scrape))
        .containsExactly("5.0E-6");
    assertThat(found("lookup_time_seconds_bucket\\{.*le=\"(.*)\"} 1", scrape))
        .containsExactly("1.0E-5", "5.0E-5", "2.0E-4", "0.001", "0.01", "0.1", "1.0", "+Inf");
  }

  @Test
  void manyBucketsAreThereForWhoWantsPercentiles() {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new MicrometerReaderMetrics(
            prometheus, Tags.empty(), MicrometerReaderMetrics.LookupBuckets.PERCENTILES)
        .opened("file:///cities", stats::get);
    assertThat(found("(lookup_time_seconds_bucket)", prometheus.scrape())).hasSizeBetween(100, 120);
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
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

  private static ReaderStatsBuilder fresh() {
    return ReaderStats.builder()
        .version(12)
        .versionsBehind(2)
        .announcedAge(Duration.ofMillis(90_500))
        .watermarkLag(Duration.ofHours(1))
        .checkedAge(Duration.ofSeconds(31))
        .health(ReaderHealth.Status.DEGRADED);
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
