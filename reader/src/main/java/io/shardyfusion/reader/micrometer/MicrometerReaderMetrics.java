package io.shardyfusion.reader.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
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
 * <p>All begin with {@code shardyfusion.reader.} and have the tag {@code dataset}, the URI:
 *
 * <ul>
 *   <li>counters {@code lookups}, {@code misses}, {@code refreshes}, {@code refresh.failures},
 *       {@code fetched.files}, {@code fetched.bytes}
 *   <li>gauges {@code versions.open}, {@code shards.open}, {@code cache.bytes}, {@code
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

  private final MeterRegistry registry;
  private final Tags tags;
  private final Queue<Meter> meters = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Timer lookupTime;
  private volatile @Nullable Timer refreshTime;
  private volatile @Nullable Timer failedRefreshTime;

  /** Metrics of one reader, with no other tag than {@code dataset}. */
  public MicrometerReaderMetrics(MeterRegistry registry) {
    this(registry, Tags.empty());
  }

  /**
   * Metrics of one reader.
   *
   * @param tags that all meters get besides; what tells readers of the same dataset apart, if there
   *     are several in the process
   */
  public MicrometerReaderMetrics(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
  }

  @Override
  public void opened(String dataset, Supplier<ReaderStats> stats) {
    Tags all = tags.and("dataset", dataset);
    count("lookups", all, null, stats, ReaderStats::lookups);
    count("misses", all, null, stats, ReaderStats::misses);
    count("refreshes", all, null, stats, ReaderStats::refreshes);
    count("refresh.failures", all, null, stats, ReaderStats::refreshFailures);
    count("fetched.files", all, null, stats, ReaderStats::fetchedFiles);
    count("fetched.bytes", all, BYTES, stats, ReaderStats::fetchedBytes);
    gauge("versions.open", all, null, stats, ReaderStats::versionsOpen);
    gauge("shards.open", all, null, stats, ReaderStats::shardsOpen);
    gauge("cache.bytes", all, BYTES, stats, ReaderStats::cacheBytes);
    gauge("block.cache.bytes", all, BYTES, stats, ReaderStats::blockCacheBytes);
    lookupTime =
        kept(
            Timer.builder(PREFIX + "lookup.time")
                .tags(all)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100))
                .maximumExpectedValue(Duration.ofSeconds(1))
                .register(registry));
    refreshTime = refreshTimer(all.and("outcome", "success"));
    failedRefreshTime = refreshTimer(all.and("outcome", "failure"));
  }

  @Override
  public void lookupTime(long nanos) {
    record(lookupTime, nanos);
  }

  @Override
  public void refreshed(Duration took, long fetchedBytes) {
    record(refreshTime, took.toNanos());
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
  }

  private void count(
      String name,
      Tags all,
      @Nullable String unit,
      Supplier<ReaderStats> stats,
      ToDoubleFunction<ReaderStats> value) {
    kept(
        FunctionCounter.builder(PREFIX + name, stats, s -> value.applyAsDouble(s.get()))
            .tags(all)
            .baseUnit(unit)
            .register(registry));
  }

  private void gauge(
      String name,
      Tags all,
      @Nullable String unit,
      Supplier<ReaderStats> stats,
      ToDoubleFunction<ReaderStats> value) {
    kept(
        Gauge.builder(PREFIX + name, stats, s -> value.applyAsDouble(s.get()))
            .tags(all)
            .baseUnit(unit)
            .strongReference(true)
            .register(registry));
  }

  private Timer refreshTimer(Tags all) {
    return kept(Timer.builder(PREFIX + "refresh.time").tags(all).register(registry));
  }

  private <M extends Meter> M kept(M meter) {
    meters.add(meter);
    return meter;
  }

  private static void record(@Nullable Timer timer, long nanos) {
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
