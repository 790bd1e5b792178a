package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.machine.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CacheTest {

  private static final int SHARDS = 8;
  private static final long ROWS = 1000;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void oneKeyFetchesOneShardAndTheMetadata() {
    TestDataset dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      assertThat(store.reads()).hasSize(2);
      assertThat(store.reads().get(0)).isEqualTo(Layout.POINTER);
      assertThat(store.reads().get(1)).startsWith(Layout.MANIFESTS);
      int shard = reader.route(42L);
      assertThat(reader.get(42L)).isEqualTo(value("v1", 42L));
      assertThat(store.reads()).hasSize(3);
      assertThat(store.reads().get(2)).isEqualTo(reader.shards().get(shard).descriptorObject());
      assertThat(store.downloads()).hasSize(reader.shards().get(shard).files());
      assertThat(reader.get(42L)).isEqualTo(value("v1", 42L));
      assertThat(reader.multiGet(List.of(42L))).hasSize(1);
      assertThat(store.reads()).hasSize(3);
      assertThat(store.downloads()).hasSize(1);
    }
  }

  @Test
  void theNextStartReadsOnlyThePointer() {
    TestDataset dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    ProbedStore first = new ProbedStore(dataset.store());
    readAll(dataset, first);
    assertThat(first.downloads()).hasSize(SHARDS).doesNotHaveDuplicates();
    ProbedStore second = new ProbedStore(dataset.store());
    readAll(dataset, second);
    assertThat(second.downloads()).isEmpty();
    assertThat(second.reads()).containsExactly(Layout.POINTER);
  }

  @Test
  void manyThreadsThatMeetAShardOpenItOnce() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 1, ROWS);
    ProbedStore store = new ProbedStore(dataset.store());
    CountDownLatch asked = new CountDownLatch(8);
    store.beforeDownload(key -> await(asked));
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      List<byte[]> values =
          inThreads(
              8,
              i -> {
                asked.countDown();
                return reader.get(i);
              });
      for (int i = 0; i < 8; i++) {
        assertThat(values.get(i)).isEqualTo(value("v1", (long) i));
      }
      assertThat(store.downloads()).hasSize(1);
    }
  }

  @Test
  void aFailureIsSharedByThoseWhoWaitedAndForgotten() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 1, ROWS);
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      AtomicInteger waiting = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      store.beforeDownload(
          key -> {
            awaitState(threads, 4, Thread.State.WAITING);
            throw new StorageException("the cable is out");
          });
      for (int i = 0; i < 4; i++) {
        threads.add(
            new Thread(
                () -> {
                  try {
                    reader.get(1L);
                  } catch (StorageException e) {
                    waiting.incrementAndGet();
                  }
                },
                "lookup-" + i));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(waiting).hasValue(4);
      assertThat(store.downloads()).hasSize(1);
      store.beforeDownload(key -> {});
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
      assertThat(store.downloads()).hasSize(2);
    }
  }

  @Test
  void anInterruptedOpenerSpeaksOnlyForItself() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 1, ROWS);
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      CountDownLatch opening = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      List<Throwable> failures = new ArrayList<>();
      store.beforeDownload(
          key -> {
            opening.countDown();
            await(goOn);
          });
      Thread opener = new Thread(() -> failures.add(failure(() -> reader.get(1L))), "opener");
      opener.start();
      opening.await();
      List<byte[]> found = new ArrayList<>();
      Thread other = new Thread(() -> found.add(reader.get(1L)), "other");
      other.start();
      awaitState(List.of(other), 1, Thread.State.WAITING);
      opener.interrupt();
      opener.join();
      goOn.countDown();
      other.join();
      assertThat(failures).singleElement().isInstanceOf(StorageException.class);
      assertThat(found).containsExactly(value("v1", 1L));
    }
  }

  @Test
  void anInterruptedWaiterStopsWaiting() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 1, ROWS);
    ProbedStore store = new ProbedStore(dataset.store());
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    store.beforeDownload(
        key -> {
          opening.countDown();
          await(goOn);
        });
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      List<byte[]> found = new ArrayList<>();
      Thread opener = new Thread(() -> found.add(reader.get(1L)), "opener");
      opener.start();
      opening.await();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> reader.get(1L))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      goOn.countDown();
      opener.join();
      assertThat(found).containsExactly(value("v1", 1L));
    }
  }

  @Test
  void readersShareACacheAtTheSameTime() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    inThreads(
        6,
        i -> {
          readAll(dataset, new ProbedStore(dataset.store()));
          return i;
        });
    ProbedStore store = new ProbedStore(dataset.store());
    readAll(dataset, store);
    assertThat(store.downloads()).isEmpty();
  }

  @Test
  void aNewVersionDownloadsOnlyTheShardsThatDiffer() {
    TestDataset dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    readAll(dataset, new ProbedStore(dataset.store()));
    dataset.publish(
        LongStream.range(0, ROWS).boxed(), key -> value(key.equals(42L) ? "v2" : "v1", key));
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      for (long key = 0; key < ROWS; key++) {
        assertThat(reader.get(key)).isEqualTo(value(key == 42 ? "v2" : "v1", key));
      }
      assertThat(reader.version()).isEqualTo(2);
    }
    assertThat(store.downloads()).hasSize(1);
  }

  @Test
  void anAbandonedDirectoryIsRemovedAndOthersAreKept() throws IOException {
    TestDataset dataset = TestDataset.ofLongs(directory, 1, ROWS);
    try (ShardedReader other = ShardedReader.open(dataset.options(cache()))) {
      assertThat(other.get(1L)).isNotNull();
      Path abandoned = Files.createDirectories(cache().resolve("open/1-0-dead/shard-0"));
      Files.writeString(abandoned.resolve("000008.sst"), "half a file");
      Files.createFile(cache().resolve("open/1-0-dead.lock"));
      ShardedReader.open(dataset.options(cache())).close();
      assertThat(abandoned.getParent()).doesNotExist();
      assertThat(cache().resolve("open/1-0-dead.lock")).doesNotExist();
      assertThat(entries(cache().resolve("open"))).hasSize(2);
      assertThat(other.get(2L)).isEqualTo(value("v1", 2L));
    }
  }

  @Test
  void aLivingProcessKeepsItsDirectoryAndADeadOneLosesIt() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 1, ROWS);
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                dataset.uri(),
                cache().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      // Not its output, which its logging shares: what it leaves to see.
      awaitTrue(() -> entries(cache().resolve("open")).stream().anyMatch(CacheTest::hasShard));
      List<Path> its = entries(cache().resolve("open"));
      ShardedReader.open(dataset.options(cache())).close();
      assertThat(entries(cache().resolve("open"))).isEqualTo(its).hasSize(2);
    } finally {
      other.destroyForcibly().waitFor();
    }
    ShardedReader.open(dataset.options(cache())).close();
    assertThat(entries(cache().resolve("open"))).isEmpty();
  }

  @Test
  void theCacheMayBeDeletedUnderAReader() throws IOException {
    TestDataset dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()))) {
      assertThat(reader.get(0L)).isEqualTo(value("v1", 0L));
      DirectoryTree.delete(cache());
      for (long key = 0; key < ROWS; key++) {
        assertThat(reader.get(key)).isEqualTo(value("v1", key));
      }
    }
    assertThat(entries(cache().resolve("open"))).isEmpty();
  }

  /** A reader that stays open until its process is killed. */
  static final class OtherProcess {
    public static void main(String[] args) throws InterruptedException {
      ShardedReader reader =
          ShardedReader.open(
              ReaderOptions.builder(args[0]).cacheDirectory(Path.of(args[1])).build());
      reader.get(1L);
      new CountDownLatch(1).await();
    }
  }

  private interface Task<T> {
    T run(int thread) throws Exception;
  }

  private static <T> List<T> inThreads(int count, Task<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        futures.add(threads.submit(() -> task.run(thread)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void readAll(TestDataset dataset, ProbedStore store) {
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      for (long key = 0; key < ROWS; key++) {
        assertThat(reader.get(key)).isEqualTo(value("v1", key));
      }
    }
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private static boolean hasShard(Path own) {
    return entries(own).stream().anyMatch(p -> Files.exists(p.resolve("CURRENT")));
  }

  private static List<Path> entries(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(parent)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Throwable failure(Runnable task) {
    try {
      task.run();
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitState(List<Thread> threads, long count, Thread.State state) {
    awaitTrue(() -> threads.stream().filter(t -> t.getState() == state).count() >= count);
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
