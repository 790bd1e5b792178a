package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ObservabilityTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int ROWS = 1000;

  @TempDir Path directory;

  private TestDataset dataset;

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, 4, ROWS);
  }

  @Test
  void countsLookupsOfAllKindsAlsoInViewsAndHowManyFoundNothing() {
    try (ShardedReader reader = ShardedReader.open(options().build())) {
      reader.get(1L);
      reader.get(ROWS + 1L);
      reader.multiGet(List.of(1L, 2L, 2L, ROWS + 2L));
      try (SnapshotView view = reader.view()) {
        view.get(3L);
      }
      ReaderStats stats = reader.stats();
      assertThat(stats.lookups()).isEqualTo(6);
      assertThat(stats.misses()).isEqualTo(2);
      assertThat(stats.versionsOpen()).isEqualTo(1);
      assertThat(stats.shardsOpen()).isBetween(1, 4);
      assertThat(stats.fetchedFiles()).isEqualTo(stats.shardsOpen());
      assertThat(stats.fetchedBytes()).isPositive();
      assertThat(stats.refreshes()).isZero();
      Await.until("a count of the cache", DEADLINE, () -> reader.stats().cacheBytes() > 0);
    }
  }

  @Test
  void aReaderOfOneVersionIsHealthyForAsLongAsItIsOpen() {
    ReaderOptions options =
        ReaderOptions.builder(dataset.uri())
            .cacheDirectory(directory.resolve("cache"))
            .at("1")
            .refreshInterval(Duration.ofNanos(1)) // Ten of them have passed when it is asked.
            .build();
    try (ShardedReader reader = ShardedReader.open(options)) {
      assertThat(reader.health().problems()).isEmpty();
      assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.HEALTHY);
      assertThat(reader.stats().checkedAge()).as("the age of a look that nobody takes").isNull();
    }
  }

  @Test
  void statsSayWhichVersionIsServedAndHowFreshItIs() {
    try (ShardedReader reader = ShardedReader.open(options().build())) {
      ReaderStats first = reader.stats();
      assertThat(first.version()).isEqualTo(1);
      assertThat(first.versionsBehind()).isZero();
      assertThat(first.announcedAge()).isPositive();
      assertThat(first.checkedAge()).isBetween(Duration.ZERO, DEADLINE);
      assertThat(first.watermarkLag()).isNull();
      assertThat(first.health()).isEqualTo(ReaderHealth.Status.HEALTHY);

      dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value("v2", key));
      assertThat(reader.refresh()).isTrue();
      ReaderStats second = reader.stats();
      assertThat(second.version()).isEqualTo(2);
      assertThat(second.versionsBehind()).isZero();
      reader.close();
      assertThat(reader.stats().health()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
    }
  }

  @Test
  void listenersAreToldInOrderWhatHappened() {
    List<String> told = new CopyOnWriteArrayList<>();
    List<String> threads = new CopyOnWriteArrayList<>();
    ReaderListener listener =
        new ReaderListener() {
          @Override
          public void detected(long served, long next) {
            told.add("detected " + served + " " + next);
            threads.add(Thread.currentThread().getName());
          }

          @Override
          public void downloading(RefreshPlan plan) {
            told.add("downloading " + plan.version() + " " + plan.filesToFetch());
            throw new IllegalStateException("a listener's own mistake");
          }

          @Override
          public void swapped(SnapshotInfo before, SnapshotInfo now) {
            told.add("swapped " + before.version() + " " + now.version());
          }

          @Override
          public void failed(long served, RuntimeException cause) {
            told.add("failed " + served);
          }
        };
    try (ShardedReader reader = ShardedReader.open(options().listener(listener).build())) {
      reader.prefetch();
      dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value("v2", key));
      assertThat(reader.refresh()).isTrue();
      Await.until("three calls", DEADLINE, () -> told.size() == 3);
      assertThat(told).containsExactly("detected 1 2", "downloading 2 4", "swapped 1 2");
      assertThat(threads).containsExactly("shardyfusion-listener-1");
      reader.removeListener(listener);
      dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value("v3", key));
      assertThat(reader.refresh()).isTrue();
    }
    assertThat(told).hasSize(3);
  }

  @Test
  void metricsAreToldAndDoNoHarmWhenTheyFail() {
    AtomicLong times = new AtomicLong();
    List<String> told = new CopyOnWriteArrayList<>();
    ReaderMetrics metrics =
        new ReaderMetrics() {
          @Override
          public void opened(String name, Supplier<ReaderStats> stats) {
            told.add("opened " + stats.get().lookups());
            throw new IllegalStateException("opened");
          }

          @Override
          public void lookupTime(long nanos) {
            times.incrementAndGet();
            throw new IllegalStateException("lookup");
          }

          @Override
          public void refreshed(Duration took, long fetchedBytes) {
            told.add("refreshed " + (fetchedBytes > 0));
            throw new IllegalStateException("refreshed");
          }

          @Override
          public void closed() {
            told.add("closed");
            throw new IllegalStateException("closed");
          }
        };
    try (ShardedReader reader = ShardedReader.open(options().metrics(metrics).build())) {
      // Of which one in 64 is timed, by chance: for none to be is as likely as 10^-68.
      for (long key = 0; key < 10_000; key++) {
        assertThat(reader.get(key % ROWS)).isEqualTo(value("v1", key % ROWS));
      }
      dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value("v2", key));
      assertThat(reader.refresh()).isTrue();
    }
    assertThat(times.get()).isBetween(1L, 2_000L);
    assertThat(told).containsExactly("opened 0", "refreshed true", "closed");
  }

  private ReaderOptions.Builder options() {
    return ReaderOptions.builder(dataset.uri())
        .cacheDirectory(directory.resolve("cache"))
        .refreshInterval(Duration.ZERO);
  }
}
