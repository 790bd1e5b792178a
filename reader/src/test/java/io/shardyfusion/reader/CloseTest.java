package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CloseTest {

  private static final int SHARDS = 4;
  private static final int ROWS = 2000;
  private static final int THREADS = 8;
  private static final int ROUNDS = 40;

  @TempDir Path directory;

  private TestDataset dataset;
  private Set<Thread> threadsBefore;

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    threadsBefore = Thread.getAllStackTraces().keySet();
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
    Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
    left.removeAll(threadsBefore);
    left.removeIf(t -> t.isDaemon() || !t.isAlive() || t.getName().startsWith("junit"));
    assertThat(left).as("threads").isEmpty();
  }

  @Test
  void everythingOfAClosedReaderSaysThatItIsClosed() {
    ShardedReader reader = open();
    SnapshotView view = reader.view();
    RowCursor cursor = reader.scan(0);
    assertThat(cursor.next()).isTrue();
    reader.close();
    Leaks.assertNone(directory);
    List<ThrowingCallable> calls =
        List.of(
            () -> reader.get(1L),
            () -> reader.multiGet(List.of(1L)),
            () -> reader.get(1L, ByteBuffer.allocateDirect(10)),
            () -> reader.route(1L),
            () -> reader.scan(KeyRange.all()),
            () -> reader.scan(0),
            () -> reader.route(1L),
            reader::version,
            reader::snapshot,
            reader::shards,
            reader::view,
            () -> view.get(1L),
            () -> view.multiGet(List.of(1L)),
            () -> view.scan(0),
            view::version,
            cursor::next,
            cursor::key,
            cursor::value);
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(ClosedException.class)
          .hasMessageContainingAll("closed", "open another");
    }
    reader.close();
    view.close();
    cursor.close();
    reader.close();
  }

  @Test
  void closesWhatItOwnsWhetherItWasUsedOrNot() {
    ProbedStore store = new ProbedStore(dataset.store());
    ShardedReader.open(dataset.options(cache()), store).close();
    assertThat(store.isClosed()).isTrue();
  }

  @Test
  void aReaderThatCannotBeOpenedLeavesNothing() {
    ProbedStore store = new ProbedStore(dataset.store());
    ReaderOptions options =
        ReaderOptions.builder(dataset.uri()).cacheDirectory(cache()).at("99").build();
    assertThatThrownBy(() -> ShardedReader.open(options, store)).hasMessageContaining("99");
    assertThat(store.isClosed()).isTrue();
  }

  @Test
  void closingWaitsForADownloadWhichThenSaysThatTheReaderIsClosed() throws Exception {
    ProbedStore store = new ProbedStore(dataset.store());
    CountDownLatch downloading = new CountDownLatch(1);
    store.beforeDownload(
        key -> {
          downloading.countDown();
          // As a connection that is shut down under a request.
          awaitTrue(store::isClosed);
          throw new StorageException("connection pool shut down");
        });
    ShardedReader reader = ShardedReader.open(dataset.options(cache()), store);
    List<Throwable> failures = new ArrayList<>();
    Thread lookup =
        new Thread(
            () -> {
              try {
                reader.get(1L);
              } catch (RuntimeException e) {
                failures.add(e);
              }
            },
            "lookup");
    lookup.start();
    downloading.await();
    reader.close();
    Leaks.assertNone(directory);
    lookup.join();
    assertThat(failures)
        .singleElement()
        .isInstanceOf(ClosedException.class)
        .extracting(Throwable::getCause)
        .isInstanceOf(ShardyfusionException.class);
  }

  @Test
  void lookupsThatAreRunningAnswerRightOrSayThatTheReaderIsClosed() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        ShardedReader reader = open();
        CountDownLatch begun = new CountDownLatch(THREADS);
        List<Future<Long>> lookups = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          Random own = new Random(random.nextLong());
          lookups.add(threads.submit(() -> lookUpUntilClosed(reader, own, begun)));
        }
        if (random.nextBoolean()) {
          begun.await();
        }
        LockSupport.parkNanos(random.nextInt(5_000_000));
        reader.close();
        Leaks.assertNone(directory);
        for (Future<Long> lookup : lookups) {
          assertThat(lookup.get()).as("seed %d, round %d", seed, round).isNotNegative();
        }
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void manyThreadsMayCloseAtTheSameTime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 20; round++) {
        ShardedReader reader = open();
        SnapshotView view = reader.view();
        RowCursor cursor = view.scan(0);
        assertThat(cursor.next()).isTrue();
        List<AutoCloseable> all = List.of(reader, reader, view, cursor);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> closes = new ArrayList<>();
        for (AutoCloseable one : all) {
          closes.add(
              threads.submit(
                  () -> {
                    start.await();
                    one.close();
                    return null;
                  }));
        }
        start.countDown();
        for (Future<?> close : closes) {
          close.get();
        }
        Leaks.assertNone(directory);
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Makes lookups of all kinds until the reader is closed, and returns how many. */
  private static long lookUpUntilClosed(ShardedReader reader, Random random, CountDownLatch begun) {
    long lookups = 0;
    try {
      while (true) {
        lookUp(reader, random);
        if (lookups++ == 0) {
          begun.countDown();
        }
      }
    } catch (ClosedException e) {
      return lookups;
    } finally {
      begun.countDown();
    }
  }

  private static void lookUp(ShardedReader reader, Random random) {
    long key = random.nextInt(ROWS);
    switch (random.nextInt(14)) {
      case 0 -> {
        Map<Long, byte[]> found = reader.multiGet(List.of(key, key + ROWS, (key + 1) % ROWS));
        assertThat(found.get(key)).isEqualTo(value("v1", key));
        assertThat(found).hasSize(2);
      }
      case 1 -> {
        try (RowCursor cursor = reader.scan(reader.route(key), KeyRange.all().from(key))) {
          for (int i = 0; i < 5 && cursor.next(); i++) {
            assertThat(cursor.value()).isEqualTo(value("v1", cursor.key()));
          }
        }
      }
      case 2 -> {
        try (SnapshotView view = reader.view()) {
          assertThat(view.get(key)).isEqualTo(value("v1", key));
          assertThat(view.version()).isEqualTo(1);
        }
      }
      case 3 -> {
        List<Long> keys = random.longs(500, 0, ROWS).boxed().toList();
        Map<Long, byte[]> found = reader.multiGet(keys);
        assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(new HashSet<>(keys));
        found.forEach((k, value) -> assertThat(value).isEqualTo(value("v1", k)));
      }
      case 4 -> {
        ScanOrder order = random.nextBoolean() ? ScanOrder.BY_KEY : ScanOrder.BY_SHARD;
        try (RowCursor cursor = reader.scan(KeyRange.all().from(key), order)) {
          for (int i = 0; i < 20 && cursor.next(); i++) {
            assertThat(cursor.value()).isEqualTo(value("v1", cursor.key()));
          }
        }
      }
      case 5 -> {
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        reader.get(key, buffer);
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(value("v1", key)));
      }
      case 6 -> {
        try {
          assertThat(reader.getAsync(key).get()).isEqualTo(value("v1", key));
        } catch (ExecutionException e) {
          throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      default -> assertThat(reader.get(key)).isEqualTo(value("v1", key));
    }
  }

  private ShardedReader open() {
    return ShardedReader.open(dataset.options(cache()));
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
