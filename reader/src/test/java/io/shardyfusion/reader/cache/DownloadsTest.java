package io.shardyfusion.reader.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.TimeMeter;
import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.reader.Leaks;
import io.shardyfusion.reader.ProbedStore;
import io.shardyfusion.reader.SmallVersions;
import io.shardyfusion.reader.SmallVersions.Version;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadsTest {

  private static final int SIZE = 200_000;
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path directory;

  private final Random random = new Random(7);
  private ProbedStore store;
  private FileCache cache;
  private Downloads downloads;
  private SmallVersions versions;

  @BeforeEach
  void open() {
    store =
        new ProbedStore(
            ObjectStores.open(directory.resolve("data").toString(), StoreOptions.defaults()));
    cache = FileCache.open(directory.resolve("cache"), CacheLimits.defaults());
    downloads = new Downloads(new Dataset(store), cache, CacheLimits.defaults().withDownloads(3));
    versions = new SmallVersions(store);
  }

  @AfterEach
  void nothingIsLeft() {
    downloads.close();
    cache.close();
    store.close();
    Leaks.assertNone(directory);
    // A pool says that it has ended a moment before its last thread does.
    Await.until(
        "the threads have ended",
        Duration.ofSeconds(30),
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.isAlive() && t.getName().startsWith("shardyfusion-download")));
  }

  @Test
  void asManyFilesAsTheLimitAreOnTheirWayAtTheSameTimeAndNoMore() {
    Version version = version(9);
    CyclicBarrier three = new CyclicBarrier(3);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    store.beforeDownload(
        key -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          await(three);
        });
    store.afterDownload(target -> now.decrementAndGet());
    downloads.fetch(version.shards());
    assertThat(version.files()).allMatch(cache::has);
    assertThat(most).hasValue(3);
    assertThat(downloads.bytes()).isEqualTo(version.bytes());
    assertThat(downloads.files()).isEqualTo(9);
  }

  @Test
  void whatIsCachedOrThereTwiceIsNotFetchedAgain() {
    byte[] shared = content();
    Version version = versions.version(List.of(List.of(shared), List.of(shared, content())));
    downloads.fetch(version.shards().subList(0, 1));
    downloads.fetch(version.shards());
    downloads.fetch(version.shards());
    assertThat(store.downloads()).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void theFirstFailureIsThrownAndNothingMoreIsBegun() {
    Version version = version(50);
    StorageException failure = new StorageException("the cable is out");
    AtomicInteger begun = new AtomicInteger();
    store.beforeDownload(
        key -> {
          if (begun.incrementAndGet() == 5) {
            throw failure;
          }
        });
    assertThatThrownBy(() -> downloads.fetch(version.shards())).isSameAs(failure);
    // Two more may have been on their way, and have begun another one before they saw it.
    assertThat(store.downloads()).hasSizeBetween(5, 9);
    store.beforeDownload(key -> {});
    downloads.fetch(version.shards());
    assertThat(version.files()).allMatch(cache::has);
  }

  @Test
  void aSmallFetchDoesNotWaitForALargeOne() throws Exception {
    Version large = version(30);
    Version small = version(1);
    String wanted = small.files().get(0).object();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch smallBegun = new CountDownLatch(1);
    AtomicInteger largeBegun = new AtomicInteger();
    store.beforeDownload(
        key -> {
          await(asked);
          if (key.equals(wanted)) {
            smallBegun.countDown();
          } else if (largeBegun.incrementAndGet() > 6) {
            await(smallBegun); // For ever, if the small one comes last.
          }
        });
    CompletableFuture<Void> all = fetchInThread(large);
    Await.until("three are begun", SOON, () -> store.downloads().size() == 3);
    CompletableFuture<Void> one = fetchInThread(small);
    Await.until("the small one is queued", SOON, () -> downloads.waiting() == 1);
    asked.countDown();
    one.get(30, TimeUnit.SECONDS);
    all.get(30, TimeUnit.SECONDS);
  }

  @Test
  void stoppingEndsWhatIsUnderWayAndRefusesTheRest() throws Exception {
    Version version = version(10);
    CountDownLatch begun = new CountDownLatch(3);
    CountDownLatch stopped = new CountDownLatch(1);
    store.duringDownload(
        bytes -> {
          begun.countDown();
          awaitUninterruptibly(stopped);
        });
    CompletableFuture<Void> fetch = fetchInThread(version);
    begun.await();
    downloads.stop();
    assertThatThrownBy(fetch::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ClosedException.class);
    stopped.countDown();
    downloads.close();
    downloads.close();
    assertThat(store.downloads()).hasSize(3);
    assertThat(version.files()).noneMatch(cache::has);
    assertThatThrownBy(() -> downloads.fetch(version.shards())).isInstanceOf(ClosedException.class);
  }

  @Test
  void stoppingEndsTheWaitForBandwidth() throws Exception {
    Version version = version(2);
    Downloads slow =
        new Downloads(new Dataset(store), cache, 1, BandwidthLimiter.of(OptionalLong.of(1)));
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread lookup = new Thread(() -> failure.set(failure(slow, version)), "lookup");
    lookup.start();
    Await.until("the first piece came", SOON, () -> slow.bytes() > 0);
    slow.close();
    lookup.join();
    assertThat(failure.get()).isInstanceOf(ClosedException.class);
    assertThat(slow.bytes()).isEqualTo(1 << 16);
  }

  @Test
  void anInterruptedCallerStopsItsDownloads() throws Exception {
    Version version = version(10);
    CountDownLatch begun = new CountDownLatch(3);
    CountDownLatch interrupted = new CountDownLatch(1);
    store.duringDownload(
        bytes -> {
          begun.countDown();
          awaitUninterruptibly(interrupted);
        });
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Boolean> stillInterrupted = new ArrayList<>();
    Thread lookup =
        new Thread(
            () -> {
              failure.set(failure(downloads, version));
              stillInterrupted.add(Thread.currentThread().isInterrupted());
            },
            "lookup");
    lookup.start();
    begun.await();
    lookup.interrupt();
    lookup.join();
    interrupted.countDown();
    assertThat(failure.get())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("interrupted");
    assertThat(stillInterrupted).containsExactly(true);
    downloads.close();
    assertThat(store.downloads()).hasSize(3);
    assertThat(version.files()).noneMatch(cache::has);
  }

  @Test
  void allDownloadsPassTheSameBound() {
    Version version = version(4);
    AtomicLong nanos = new AtomicLong();
    TimeMeter time =
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            return nanos.get();
          }

          @Override
          public boolean isWallClockBased() {
            return false;
          }
        };
    // One at a time: the time that two wait at the same time would count twice here.
    BandwidthLimiter bandwidth = BandwidthLimiter.of(OptionalLong.of(SIZE), time, nanos::addAndGet);
    try (Downloads bounded = new Downloads(new Dataset(store), cache, 1, bandwidth)) {
      bounded.fetch(version.shards().subList(0, 2));
      bounded.fetch(version.shards());
      assertThat(bounded.bytes()).isEqualTo(4 * SIZE);
    }
    assertThat(Duration.ofNanos(nanos.get()))
        .isBetween(Duration.ofMillis(3_600), Duration.ofMillis(4_000));
  }

  @Test
  void twoReadersOfAProcessDownloadAFileOnce() throws Exception {
    Version version = version(6);
    try (FileCache otherCache = FileCache.open(directory.resolve("cache"), CacheLimits.defaults());
        Downloads other = new Downloads(new Dataset(store), otherCache, CacheLimits.defaults())) {
      CyclicBarrier both = new CyclicBarrier(2);
      AtomicInteger first = new AtomicInteger();
      store.beforeDownload(
          key -> {
            if (first.incrementAndGet() <= 2) {
              await(both); // So that both readers are at it.
            }
          });
      CompletableFuture<Void> one = fetchInThread(version);
      CompletableFuture<Void> two = inThread(() -> other.fetch(version.shards()));
      one.get(30, TimeUnit.SECONDS);
      two.get(30, TimeUnit.SECONDS);
    }
    assertThat(store.downloads())
        .containsExactlyInAnyOrderElementsOf(
            version.files().stream().map(TableFile::object).toList());
  }

  private CompletableFuture<Void> fetchInThread(Version version) {
    return inThread(() -> downloads.fetch(version.shards()));
  }

  private static CompletableFuture<Void> inThread(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                task.run();
                done.complete(null);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            },
            "fetch")
        .start();
    return done;
  }

  private static Throwable failure(Downloads downloads, Version version) {
    try {
      downloads.fetch(version.shards());
      return new AssertionError("it was fetched");
    } catch (RuntimeException e) {
      return e;
    }
  }

  private Version version(int shards) {
    return versions.version(IntStream.range(0, shards).mapToObj(i -> List.of(content())).toList());
  }

  private byte[] content() {
    byte[] content = new byte[SIZE];
    random.nextBytes(content);
    return content;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
