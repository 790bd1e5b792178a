package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.testing.Await;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RefreshLoopTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int ROWS = 200;

  @TempDir Path directory;

  @Test
  void theTimeBetweenRefreshesVariesByATenthAndDoublesWithEachFailureUpToABound() {
    assertThat(delay(Duration.ofSeconds(30), 0, 0.5)).isEqualTo(Duration.ofSeconds(30));
    assertThat(delay(Duration.ofSeconds(30), 0, 0)).isEqualTo(Duration.ofSeconds(27));
    assertThat(delay(Duration.ofSeconds(30), 0, 1)).isEqualTo(Duration.ofSeconds(33));
    assertThat(Stream.of(1, 2, 3, 4, 100).map(n -> delay(Duration.ofSeconds(30), n, 0.5)))
        .containsExactly(
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofSeconds(240),
            Duration.ofSeconds(300),
            Duration.ofSeconds(300));
    assertThat(delay(Duration.ofSeconds(1), 100, 0.5)).isEqualTo(Duration.ofSeconds(10));
    assertThat(delay(Duration.ofHours(1), 100, 0.5)).isEqualTo(Duration.ofHours(1));
    assertThat(delay(Duration.ZERO, 0, 0.5)).isNull();
  }

  @Test
  void servesNewVersionsWithoutBeingAsked() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, ROWS);
    try (ShardedReader reader = open(dataset, Duration.ofMillis(20))) {
      for (int version = 2; version <= 4; version++) {
        publish(dataset, "v" + version);
        int wanted = version;
        Await.until("version " + wanted, DEADLINE, () -> reader.version() == wanted);
        assertThat(reader.get(1L)).isEqualTo(value("v" + version, 1L));
      }
      // Three intervals are little for a machine that is busy, and make it degraded for a while.
      Await.until(
          "it is healthy", DEADLINE, () -> reader.health().status() == ReaderHealth.Status.HEALTHY);
    }
  }

  @Test
  void waitsForAVersionAlsoWherePeriodicRefreshIsOff() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, ROWS);
    try (ShardedReader reader = open(dataset, Duration.ZERO)) {
      assertThat(reader.awaitAtLeast(AtLeast.version(1), Duration.ZERO)).isTrue();
      assertThat(reader.awaitAtLeast(AtLeast.version(2), Duration.ofMillis(50))).isFalse();
      CompletableFuture<Boolean> waiting =
          CompletableFuture.supplyAsync(
              () -> reader.awaitAtLeast(AtLeast.version(2), Duration.ofMinutes(1)));
      publish(dataset, "v2");
      assertThat(waiting.join()).isTrue();
      assertThat(reader.version()).isEqualTo(2);
    }
  }

  @Test
  void aWaitOutlastsFailures() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, ROWS);
    ProbedStore store = new ProbedStore(dataset.store());
    AtomicBoolean down = new AtomicBoolean(true);
    try (ShardedReader reader =
        ShardedReader.open(options(dataset, Duration.ofMillis(10)), store)) {
      reader.prefetch();
      store.beforeDownload(
          key -> {
            if (down.get()) {
              throw new StorageException("connection refused");
            }
          });
      publish(dataset, "v2");
      CompletableFuture<Boolean> waiting =
          CompletableFuture.supplyAsync(
              () -> reader.awaitAtLeast(AtLeast.version(2), Duration.ofMinutes(1)));
      Await.until("two failures", DEADLINE, () -> reader.health().failures() >= 2);
      ReaderHealth ill = reader.health();
      assertThat(ill.status()).isNotEqualTo(ReaderHealth.Status.HEALTHY);
      assertThat(String.join("; ", ill.problems()))
          .contains("version 1 is served", "has been 2", "connection refused");
      assertThat(waiting).isNotDone();
      down.set(false);
      assertThat(waiting.join()).isTrue();
      Await.until(
          "health", DEADLINE, () -> reader.health().status() == ReaderHealth.Status.HEALTHY);
    }
  }

  @Test
  void closingEndsAWait() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, ROWS);
    ShardedReader reader = open(dataset, Duration.ofMillis(10));
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(
            () -> reader.awaitAtLeast(AtLeast.checkpoint(1), Duration.ofMinutes(10)));
    publish(dataset, "v2");
    Await.until("version 2", DEADLINE, () -> reader.version() == 2);
    reader.close();
    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(ClosedException.class);
    assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
    assertThat(reader.health().problems()).containsExactly("the reader is closed");
    assertThat(reader.stats().versionsOpen()).isZero();
  }

  @Test
  void aReaderOfOneVersionStaysOnIt() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, ROWS);
    ReaderOptions options =
        ReaderOptions.builder(dataset.uri())
            .cacheDirectory(directory.resolve("cache"))
            .refreshInterval(Duration.ofMillis(5))
            .at("1")
            .build();
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(options, store)) {
      int reads = store.reads().size();
      publish(dataset, "v2");
      assertThat(reader.refresh()).isFalse();
      assertThat(reader.awaitAtLeast(AtLeast.version(2), Duration.ofMillis(100))).isFalse();
      assertThat(reader.plan().version()).isEqualTo(1);
      assertThat(reader.version()).isEqualTo(1);
      assertThat(store.conditionalReads()).isEmpty();
      assertThat(store.reads()).hasSize(reads);
    }
  }

  private Duration delay(Duration interval, int failures, double random) {
    RefreshStatus status =
        new RefreshStatus(HealthLimits.defaults(), Clock.systemUTC(), System::nanoTime);
    for (int i = 0; i < failures; i++) {
      status.failed(new StorageException("no"));
    }
    ScheduledExecutorService unused = Executors.newScheduledThreadPool(1);
    try (RefreshLoop loop = new RefreshLoop(() -> {}, status, unused, interval, () -> random)) {
      return loop.delay();
    } finally {
      unused.shutdownNow();
    }
  }

  private static void publish(TestDataset dataset, String version) {
    dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value(version, key));
  }

  private ShardedReader open(TestDataset dataset, Duration interval) {
    return ShardedReader.open(options(dataset, interval));
  }

  private ReaderOptions options(TestDataset dataset, Duration interval) {
    return ReaderOptions.builder(dataset.uri())
        .cacheDirectory(directory.resolve("cache"))
        .refreshInterval(interval)
        .build();
  }
}
