package io.shardyfusion.reader.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.shardyfusion.reader.ReaderHealth;
import io.shardyfusion.reader.ReaderMetrics;
import io.shardyfusion.reader.ReaderStats;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one reader in a Micrometer registry, from its opening to its closing. Thread-safe.
 *
 * <p>All begin with {@code shardyfusion.reader.}, have the tag {@code dataset}, the URI, and say in
 * their descriptions what they are:
 *
 * <ul>
 *   <li>counters {@code lookups}, {@code misses}, {@code refreshes}, {@code refresh.failures},
 *       {@code fetched.files}, {@code fetched.bytes}
 *   <li>gauges of freshness {@code served.version}, {@code versions.behind}, {@code snapshot.age},
 *       {@code watermark.lag}, {@code check.age}, {@code health}; the lag is absent where the
 *       served version has no watermark, the age of the check where the reader does not look
 *   <li>gauges of size {@code versions.open}, {@code shards.open}, {@code cache.bytes}, {@code
 *       block.cache.bytes}
 *   <li>timer {@code lookup.time}, a histogram, of one in 64 lookups: its count is not that of the
 *       lookups
 *   <li>timer {@code refresh.time}, with the tag {@code outcome}: {@code success} or {@code
 *       failure}
 * </ul>
 */
public final class MicrometerReaderMetrics implements ReaderMetrics {

  private static final String PREFIX = "shardyfusion.reader.";
  private static final String BYTES = "bytes";
  private static final String SECONDS = "seconds";

  /**
   * From a lookup in the block cache, over one that reads the disk, to one that fetches its shard.
   */
  private static final Duration[] BOUNDARIES = {
    Duration.ofNanos(5_000),
    Duration.ofNanos(10_000),
    Duration.ofNanos(50_000),
    Duration.ofNanos(200_000),
    Duration.ofMillis(1),
    Duration.ofMillis(10),
    Duration.ofMillis(100),
    Duration.ofSeconds(1),
  };

  private final MeterRegistry registry;
  private final Tags tags;
  private final LookupBuckets buckets;
  private final Queue<Meter> meters = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Timer lookupTime;
  private volatile @Nullable Timer refreshTime;
  private volatile @Nullable Timer failedRefreshTime;

  /** The counts behind gauges that come and go; null until opened, and guarded by this. */
  private @Nullable Supplier<ReaderStats> opened;

  private Tags allTags = Tags.empty();
  private @Nullable Meter watermarkLag;

  /** The buckets of the histogram of {@code lookup.time}. */
  public enum LookupBuckets {
    /** Eight, at 5, 10, 50 and 200 µs, 1, 10 and 100 ms, and 1 s. */
    FEW,
    /**
     * Those from which a monitoring system estimates any percentile, over all instances: about 110
     * time series a reader.
     */
    PERCENTILES
  }

  /** Metrics of one reader, with no other tag than {@code dataset}, and few buckets. */
  public MicrometerReaderMetrics(MeterRegistry registry) {
    this(registry, Tags.empty());
  }

  /**
   * Metrics of one reader, with few buckets.
   *
   * @param tags that all meters get besides; what tells readers of the same dataset apart, if there
   *     are several in the process
   */
  public MicrometerReaderMetrics(MeterRegistry registry, Tags tags) {
    this(registry, tags, LookupBuckets.FEW);
  }

  /**
   * Metrics of one reader.
   *
   * @param tags that all meters get besides
   * @param buckets of the times of lookups
   */
  public MicrometerReaderMetrics(MeterRegistry registry, Tags tags, LookupBuckets buckets) {
    this.registry = registry;
    this.tags = tags;
    this.buckets = buckets;
  }

  @Override
  public void opened(String dataset, Supplier<ReaderStats> stats) {
    Tags all = tags.and("dataset", dataset);
    counters(all, stats);
    gaugesOfFreshness(all, stats);
    gaugesOfSize(all, stats);
    lookupTime = lookupTimer(all);
    refreshTime = refreshTimer(all.and("outcome", "success"));
    failedRefreshTime = refreshTimer(all.and("outcome", "failure"));
    synchronized (this) {
      opened = stats;
      allTags = all;
      showWatermarkLag(stats);
    }
  }

  private void counters(Tags all, Supplier<ReaderStats> stats) {
    count("lookups", "lookups", "Keys that were looked up", all, stats, ReaderStats::lookups);
    count(
        "misses", "misses", "Keys looked up that were not there", all, stats, ReaderStats::misses);
    count(
        "refreshes",
        "refreshes",
        "Versions that were swapped in after the first",
        all,
        stats,
        ReaderStats::refreshes);
    count(
        "refresh.failures",
        "failures",
        "Refreshes that failed",
        all,
        stats,
        ReaderStats::refreshFailures);
    count(
        "fetched.files",
        "files",
        "Table files that were downloaded",
        all,
        stats,
        ReaderStats::fetchedFiles);
    count(
        "fetched.bytes",
        BYTES,
        "Bytes of table files that were downloaded",
        all,
        stats,
        ReaderStats::fetchedBytes);
  }

  private void gaugesOfFreshness(Tags all, Supplier<ReaderStats> stats) {
    gauge(
        "served.version",
        null,
        "The number of the version that is served",
        all,
        stats,
        ReaderStats::version);
    gauge(
        "versions.behind",
        null,
        "The dataset's current version, as last read, minus the one that is served; negative: a"
            + " rollback is not followed yet",
        all,
        stats,
        ReaderStats::versionsBehind);
    gauge(
        "snapshot.age",
        SECONDS,
        "Time since the version that is served was announced",
        all,
        stats,
        s -> seconds(s.announcedAge()));
    if (stats.get().checkedAge() != null) {
      gauge(
          "check.age",
          SECONDS,
          "Time since the last successful look at the pointer",
          all,
          stats,
          s -> seconds(s.checkedAge()));
    }
    gauge(
        "health",
        null,
        "Health of the reader: 0 healthy, 1 degraded, 2 unhealthy",
        all,
        stats,
        s -> number(s.health()));
  }

  private void gaugesOfSize(Tags all, Supplier<ReaderStats> stats) {
    gauge(
        "versions.open",
        null,
        "Versions that are open: the one that is served, and those still in use",
        all,
        stats,
        ReaderStats::versionsOpen);
    gauge(
        "shards.open",
        null,
        "Databases that are open, of all versions",
        all,
        stats,
        ReaderStats::shardsOpen);
    gauge(
        "cache.bytes",
        BYTES,
        "Size of the cache directory as last pruned; -1: not known",
        all,
        stats,
        ReaderStats::cacheBytes);
    gauge(
        "block.cache.bytes",
        BYTES,
        "Bytes in use of the block cache",
        all,
        stats,
        ReaderStats::blockCacheBytes);
  }

  @Override
  public void lookupTime(long nanos) {
    record(lookupTime, nanos);
  }

  @Override
  public void refreshed(Duration took, long fetchedBytes) {
    record(refreshTime, took.toNanos());
    synchronized (this) {
      if (opened != null) {
        showWatermarkLag(opened);
      }
    }
  }

  @Override
  public void refreshFailed(Duration took, RuntimeException cause) {
    record(failedRefreshTime, took.toNanos());
  }

  @Override
  public void closed() {
    for (Meter meter = meters.poll(); meter != null; meter = meters.poll()) {
      registry.remove(meter);
    }
    synchronized (this) {
      opened = null;
      hideWatermarkLag();
    }
  }

  /** Has the gauge for as long as a version with a watermark is served; called under the lock. */
  private void showWatermarkLag(Supplier<ReaderStats> stats) {
    if (stats.get().watermarkLag() == null) {
      hideWatermarkLag();
    } else if (watermarkLag == null) {
      watermarkLag =
          registered(
              "watermark.lag",
              SECONDS,
              "Time since the event time up to which the version that is served is complete",
              allTags,
              stats,
              s -> seconds(s.watermarkLag()));
    }
  }

  private void hideWatermarkLag() {
    if (watermarkLag != null) {
      registry.remove(watermarkLag);
      watermarkLag = null;
    }
  }

  private void count(
      String name,
      String unit,
      String help,
      Tags all,
      Supplier<ReaderStats> stats,
      ToDoubleFunction<ReaderStats> value) {
    kept(
        FunctionCounter.builder(PREFIX + name, stats, s -> value.applyAsDouble(s.get()))
            .tags(all)
            .baseUnit(unit)
            .description(help)
            .register(registry));
  }

  private void gauge(
      String name,
      @Nullable String unit,
      String help,
      Tags all,
      Supplier<ReaderStats> stats,
      ToDoubleFunction<ReaderStats> value) {
    kept(registered(name, unit, help, all, stats, value));
  }

  private Gauge registered(
      String name,
      @Nullable String unit,
      String help,
      Tags all,
      Supplier<ReaderStats> stats,
      ToDoubleFunction<ReaderStats> value) {
    return Gauge.builder(PREFIX + name, stats, s -> value.applyAsDouble(s.get()))
        .tags(all)
        .baseUnit(unit)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  private Timer lookupTimer(Tags all) {
    Timer.Builder timer =
        Timer.builder(PREFIX + "lookup.time")
            .tags(all)
            .description("Times of one lookup in 64, by chance");
    switch (buckets) {
      case FEW -> timer.serviceLevelObjectives(BOUNDARIES);
      case PERCENTILES ->
          timer
              .publishPercentileHistogram()
              .minimumExpectedValue(Duration.ofNanos(100))
              .maximumExpectedValue(Duration.ofSeconds(1));
    }
    return kept(timer.register(registry));
  }

  private Timer refreshTimer(Tags all) {
    return kept(
        Timer.builder(PREFIX + "refresh.time")
            .tags(all)
            .description("Time from the look at the pointer to the swap, or the failure")
            .register(registry));
  }

  private <M extends Meter> M kept(M meter) {
    meters.add(meter);
    return meter;
  }

  private static double number(ReaderHealth.Status status) {
    return switch (status) {
      case HEALTHY -> 0;
      case DEGRADED -> 1;
      case UNHEALTHY -> 2;
    };
  }

  private static double seconds(@Nullable Duration time) {
    return time == null
        ? Double.NaN
        : time.getSeconds() + time.getNano() / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static void record(@Nullable Timer timer, long nanos) {
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
