package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Callers that interrupt, close, hang and forget at the worst moment. */
@Timeout(120)
class InterferenceTest {

  private static final int SHARDS = 8;
  private static final int ROWS = 500;
  private static final int ROUNDS = 20;
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  private TestDataset dataset;
  private List<String> threadsBefore;

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    threadsBefore = Leaks.readerThreads();
  }

  @AfterEach
  void nothingIsLeft() {
    Leaks.assertNone(directory);
    Await.until("the threads end", SOON, () -> Leaks.readerThreads().equals(threadsBefore));
  }

  @Test
  void aRefreshThatIsInterruptedFailsKeepsTheInterruptAndTheNextOneWorks() {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      publishAll("v2");
      interrupted(() -> assertThatThrownBy(reader::refresh).isInstanceOf(StorageException.class));
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.get(1L)).isEqualTo(value("v2", 1L));
      assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    }
  }

  @Test
  void lookupsInOpenShardsDoNotMindAnInterruptAndKeepIt() {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      List<Long> keys = LongStream.range(0, ROWS).boxed().toList();
      interrupted(
          () -> {
            assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
            assertThat(reader.multiGet(keys)).hasSize(ROWS);
            try (SnapshotView view = reader.view();
                RowCursor cursor = view.scan(KeyRange.all(), ScanOrder.BY_KEY)) {
              for (long key = 0; key < ROWS; key++) {
                assertThat(cursor.next()).isTrue();
              }
            }
          });
    }
  }

  @Test
  void aLookupThatFetchesIsEndedByAnInterruptAndTheNextOneWorks() {
    try (ShardedReader reader = open()) {
      interrupted(
          () -> assertThatThrownBy(() -> reader.get(1L)).isInstanceOf(StorageException.class));
      interrupted(() -> assertThatThrownBy(reader::prefetch).isInstanceOf(StorageException.class));
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
      reader.prefetch();
    }
  }

  @Test
  void aWaitForAVersionIsEndedByAnInterrupt() throws Exception {
    try (ShardedReader reader = open()) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      CountDownLatch begun = new CountDownLatch(1);
      Thread waiting =
          new Thread(
              () -> {
                begun.countDown();
                try {
                  reader.awaitAtLeast(AtLeast.version(2), Duration.ofDays(1));
                } catch (RuntimeException e) {
                  failure.set(Thread.currentThread().isInterrupted() ? e : null);
                }
              },
              "waiting");
      waiting.start();
      begun.await();
      waiting.interrupt();
      waiting.join(SOON.toMillis());
      assertThat(failure.get()).isInstanceOf(StorageException.class);
    }
  }

  @Test
  void oneMayWaitForAsLongAsItTakes() {
    try (ShardedReader reader = open()) {
      CompletableFuture<Boolean> waiting =
          CompletableFuture.supplyAsync(
              () -> reader.awaitAtLeast(AtLeast.version(2), Duration.ofSeconds(Long.MAX_VALUE)));
      publishAll("v2");
      assertThat(waiting.join()).isTrue();
    }
  }

  @Test
  void aReaderIsClosedByAThreadThatIsInterrupted() {
    ShardedReader reader = open();
    reader.prefetch();
    SnapshotView view = reader.view();
    interrupted(reader::close);
    Leaks.assertNone(directory);
    assertThatThrownBy(() -> view.get(1L)).isInstanceOf(ClosedException.class);
    view.close();
  }

  @Test
  void closingInTheMiddleOfRefreshesAndPrefetchesEndsThemAll() throws Exception {
    long seed = System.nanoTime();
    System.out.println("closing seed " + seed);
    Random random = new Random(seed);
    publishAll("v2");
    try (Logged logged = new Logged()) {
      for (int round = 0; round < ROUNDS; round++) {
        // From the second round on all is cached, so that only databases are opened.
        ShardedReader reader = open();
        List<Future<?>> work = new ArrayList<>();
        work.add(CompletableFuture.runAsync(reader::prefetch));
        work.add(reader.refreshAsync());
        work.add(CompletableFuture.runAsync(reader::refresh));
        work.add(CompletableFuture.runAsync(() -> reader.prefetch(0, 1, 2, 3, 4, 5)));
        work.add(reader.multiGetAsync(LongStream.range(0, ROWS).boxed().toList()));
        LockSupport.parkNanos(random.nextInt(20_000_000));
        reader.close();
        Leaks.assertNone(directory);
        for (Future<?> one : work) {
          try {
            one.get(30, TimeUnit.SECONDS);
          } catch (ExecutionException e) {
            assertThat(e.getCause()).as("seed %d", seed).isInstanceOf(ClosedException.class);
          }
        }
      }
      assertThat(logged.messages("refresh_failed"))
          .as("that it was closed is no failure")
          .isEmpty();
    }
  }

  @Test
  void aListenerThatHangsDelaysNeitherRefreshesNorTheEnd() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ReaderListener listener =
        new ReaderListener() {
          @Override
          public void detected(long served, long next) {
            hanging.countDown();
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    try (ShardedReader reader = ShardedReader.open(options().listener(listener).build())) {
      for (int version = 2; version < 6; version++) {
        publishAll("v" + version);
        assertThat(reader.refresh()).isTrue();
        assertThat(reader.get(1L)).isEqualTo(value("v" + version, 1L));
      }
      assertThat(hanging.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aListenerMayCloseItsReader() {
    ShardedReader reader = open();
    reader.prefetch();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    reader.addListener(
        new ReaderListener() {
          @Override
          public void swapped(SnapshotInfo before, SnapshotInfo now) {
            try {
              reader.close();
              closed.complete(null);
            } catch (RuntimeException e) {
              closed.completeExceptionally(e);
            }
          }
        });
    publishAll("v2");
    try {
      reader.refresh();
    } catch (ClosedException e) {
      assertThat(e).hasMessageContaining("closed");
    }
    closed.orTimeout(60, TimeUnit.SECONDS).join();
    assertThatThrownBy(() -> reader.get(1L)).isInstanceOf(ClosedException.class);
  }

  @Test
  void aViewThatWasForgottenIsFoundAndToldOfOnceWithWhereItWasMade() {
    try (Logged logged = new Logged();
        ShardedReader reader = open()) {
      forgetAView(reader);
      publishAll("v2");
      assertThat(reader.refresh()).isTrue();
      Await.until(
          "version 1 is let go",
          SOON,
          () -> {
            System.gc();
            return reader.versionsOpen() == 1;
          });
      System.gc();
      assertThat(logged.messages("event=lease_lost"))
          .singleElement()
          .asString()
          .contains("what=view", "version 1", "InterferenceTest.forgetAView");
    }
  }

  private static void forgetAView(ShardedReader reader) {
    assertThat(reader.view().get(1L)).isEqualTo(value("v1", 1L));
  }

  /** Does it interrupted, asserts that it stays so, and ends that. */
  private static void interrupted(Runnable work) {
    Thread.currentThread().interrupt();
    boolean kept;
    try {
      work.run();
    } finally {
      kept = Thread.interrupted();
    }
    assertThat(kept).as("the interrupt is kept").isTrue();
  }

  private void publishAll(String version) {
    dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value(version, key));
  }

  private ReaderOptions.Builder options() {
    return ReaderOptions.builder(dataset.uri())
        .cacheDirectory(directory.resolve("cache"))
        .refreshInterval(Duration.ZERO);
  }

  private ShardedReader open() {
    return ShardedReader.open(options().build());
  }
}
