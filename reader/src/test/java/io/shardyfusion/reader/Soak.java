package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.shardyfusion.ClosedException;
import io.shardyfusion.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * Ten threads that look keys up in all ways there are, while versions are swapped every 100 ms,
 * forth and back, and views, cursors and whole readers come and go.
 *
 * <p><b>The oracle.</b> Every value names its key, and the version that wrote it. One thread swaps,
 * and counts: the count is odd while it does. A lookup that saw the same even count before and
 * after must have the very version of that time; any other one must have some version; and what a
 * view, a batch or a cursor gives must all be of one. No read fails; only a reader that another
 * thread may close says that it is closed.
 */
final class Soak {

  private static final int THREADS = 10;
  private static final long SWAP_NANOS = 100_000_000;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final long seed;
  private final Path cache;
  private final SoakData data;
  private final ShardedReader reader;

  /** A reader that any thread may close, and replace. */
  private final AtomicReference<ShardedReader> mortal = new AtomicReference<>();

  private final AtomicLong swaps = new AtomicLong();
  private final AtomicLong operations = new AtomicLong();
  private final AtomicLong exact = new AtomicLong();
  private final AtomicLong readersOpened = new AtomicLong();
  private volatile long served = SoakData.VERSIONS;
  private volatile boolean stop;

  /** A soak in an empty directory. */
  Soak(Path directory, long seed) {
    ((Logger) LoggerFactory.getLogger("io.shardyfusion")).setLevel(Level.WARN);
    this.seed = seed;
    this.cache = directory.resolve("cache");
    this.data = new SoakData(directory, new Random(seed));
    this.reader = open(Duration.ZERO, false);
    mortal.set(open(Duration.ofMillis(50), false));
  }

  /** Runs that long, checks that nothing is left of it, and tells what was done. */
  String run(Duration time) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    Random random = new Random(seed);
    List<Future<?>> running = new ArrayList<>();
    long end = System.nanoTime() + time.toNanos();
    try {
      running.add(threads.submit(() -> guarded(() -> swapUntil(end, new Random(seed + 1)))));
      for (int i = 0; i < THREADS; i++) {
        Random own = new Random(random.nextLong());
        running.add(threads.submit(() -> guarded(() -> new Visitor(own).visitUntil(end))));
      }
      for (Future<?> thread : running) {
        thread.get(time.toSeconds() + 120, TimeUnit.SECONDS);
      }
      // All views and cursors are closed: one version is left, and its shards.
      Await.until("earlier versions are closed", SOON, () -> reader.versionsOpen() == 1);
      assertThat(reader.stats().shardsOpen()).isBetween(1, SoakData.SHARDS);
      assertThat(reader.stats().refreshFailures()).isZero();
      return "operations=%s exact=%s swaps=%s readers=%s"
          .formatted(operations.get(), exact.get(), swaps.get() / 2, readersOpened.get());
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    } finally {
      stop = true;
      threads.shutdown();
      threads.awaitTermination(30, TimeUnit.SECONDS);
      mortal.get().close();
      reader.close();
      data.close();
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      stop = true;
      throw e;
    }
  }

  private ShardedReader open(Duration refreshInterval, boolean eager) {
    readersOpened.incrementAndGet();
    ReaderOptions.Builder options =
        ReaderOptions.builder(data.uri()).cacheDirectory(cache).refreshInterval(refreshInterval);
    if (eager) {
      options.eager();
    }
    return ShardedReader.open(options.build(), data.newStore());
  }

  private void swapUntil(long end, Random random) {
    while (!stop && System.nanoTime() - end < 0) {
      long next = 1L + random.nextInt(SoakData.VERSIONS);
      long began = System.nanoTime();
      swaps.incrementAndGet();
      data.moveTo(next);
      assertThat(reader.refresh()).isEqualTo(next != served);
      assertThat(reader.version()).isEqualTo(next);
      served = next;
      swaps.incrementAndGet();
      long left = SWAP_NANOS - (System.nanoTime() - began);
      LockSupport.parkNanos(Math.max(left, SWAP_NANOS / 4));
    }
  }

  /** One thread's doings. */
  private final class Visitor {

    private final Random random;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    private final List<Held> held = new ArrayList<>();

    Visitor(Random random) {
      this.random = random;
    }

    private record Held(SnapshotView view, long version, long until) {}

    void visitUntil(long end) {
      try {
        while (!stop && System.nanoTime() - end < 0) {
          visit();
          operations.incrementAndGet();
        }
      } finally {
        held.forEach(h -> h.view().close());
      }
    }

    private void visit() {
      switch (random.nextInt(20)) {
        case 0 -> holdAView();
        case 1, 2 -> useHeldViews();
        case 3 -> useMortal();
        case 4 -> reopenMortal();
        case 5 -> data.checkOneVersion(inOrder(someKeys(400)));
        case 6 -> batch(someKeys(20));
        case 7 -> later();
        case 8 -> scanShard(reader, 0);
        case 9 -> scanAll();
        case 10 -> {
          assertThat(reader.health().failures()).isZero();
          assertThat(reader.stats().versionsOpen()).isPositive();
        }
        case 11, 12, 13 -> lookUpIntoBuffer();
        default -> lookUp();
      }
    }

    private long someKey() {
      return random.nextInt(SoakData.ROWS + SoakData.ROWS / 10);
    }

    private List<Long> someKeys(int count) {
      return random.longs(count, 0, SoakData.ROWS + 100).boxed().toList();
    }

    private void lookUp() {
      for (int i = 0; i < 50; i++) {
        long key = someKey();
        long before = swaps.get();
        long version = served;
        byte[] value = reader.get(key);
        checkReader(before, version, key, value);
      }
    }

    private void lookUpIntoBuffer() {
      for (int i = 0; i < 20; i++) {
        long key = someKey();
        buffer.clear();
        long before = swaps.get();
        long version = served;
        int size = reader.get(key, buffer);
        byte[] value = null;
        if (size != Lookups.NOT_FOUND) {
          value = new byte[size];
          buffer.get(value);
        }
        checkReader(before, version, key, value);
      }
    }

    private void checkReader(long before, long version, long key, byte[] value) {
      if (before % 2 == 0 && before == swaps.get()) {
        exact.incrementAndGet();
        data.check(version, key, value);
      } else {
        checkThere(key, value);
      }
    }

    private void checkThere(long key, byte[] value) {
      assertThat(value != null).isEqualTo(key < SoakData.ROWS);
      if (value != null) {
        data.checkOneVersion(Map.of(key, value));
      }
    }

    private Map<Long, byte[]> inOrder(List<Long> keys) {
      Map<Long, byte[]> found = reader.multiGet(keys);
      data.checkOneVersion(keys, found);
      return found;
    }

    private void batch(List<Long> keys) {
      long before = swaps.get();
      long version = served;
      Map<Long, byte[]> found = inOrder(keys);
      if (before % 2 == 0 && before == swaps.get()) {
        keys.forEach(key -> data.check(version, key, found.get(key)));
      }
    }

    private void later() {
      List<Long> keys = someKeys(30);
      var one = reader.getAsync(keys.get(0));
      var many = reader.multiGetAsync(keys);
      data.checkOneVersion(keys, many.join());
      checkThere(keys.get(0), one.join());
    }

    private void scanShard(Lookups lookups, long pause) {
      int shard = random.nextInt(SoakData.SHARDS);
      Map<Long, byte[]> rows = new HashMap<>();
      try (RowCursor cursor = lookups.scan(shard, KeyRange.all().from(someKey()))) {
        for (int i = 0; i < 30 && cursor.next(); i++) {
          assertThat(cursor.shard().shard()).isEqualTo(shard);
          rows.put((Long) cursor.key(), cursor.value());
          LockSupport.parkNanos(pause);
        }
      }
      rows.keySet().forEach(key -> assertThat(data.shardOf(key)).isEqualTo(shard));
      data.checkOneVersion(rows);
    }

    private void scanAll() {
      long from = random.nextInt(SoakData.ROWS - 100);
      ScanOrder order = random.nextBoolean() ? ScanOrder.BY_KEY : ScanOrder.BY_SHARD;
      Map<Long, byte[]> rows = new HashMap<>();
      // Longer than a swap, now and then: the cursor pins its version.
      long pause = random.nextInt(10) == 0 ? 1_500_000 : 0;
      try (RowCursor cursor = reader.scan(KeyRange.all().from(from).to(from + 100), order)) {
        for (long next = from; cursor.next(); next++) {
          if (order == ScanOrder.BY_KEY) {
            assertThat(cursor.key()).isEqualTo(next);
          }
          rows.put((Long) cursor.key(), cursor.value());
          LockSupport.parkNanos(pause);
        }
      }
      assertThat(rows).hasSize(100);
      data.checkOneVersion(rows);
    }

    private void holdAView() {
      SnapshotView view = reader.view();
      held.add(new Held(view, view.version(), System.nanoTime() + random.nextInt(1_000_000_000)));
      if (held.size() > 3) {
        end(held.remove(random.nextInt(held.size())));
      }
    }

    private void useHeldViews() {
      for (Held one : List.copyOf(held)) {
        use(one.view(), one.version());
        if (System.nanoTime() - one.until() > 0) {
          held.remove(one);
          end(one);
        }
      }
    }

    /** Closes a view, at times under a cursor, which goes on. */
    private void end(Held one) {
      if (random.nextInt(3) != 0) {
        one.view().close();
        return;
      }
      try (RowCursor cursor = one.view().scan(random.nextInt(SoakData.SHARDS))) {
        one.view().close();
        for (int i = 0; i < 5; i++) {
          assertThat(cursor.next()).isTrue();
          data.check(one.version(), (Long) cursor.key(), cursor.value());
        }
      }
    }

    private void use(SnapshotView view, long version) {
      assertThat(view.version()).isEqualTo(version);
      for (int i = 0; i < 10; i++) {
        long key = someKey();
        data.check(version, key, view.get(key));
      }
      List<Long> keys = someKeys(random.nextInt(10) == 0 ? 300 : 10);
      Map<Long, byte[]> found = view.multiGet(keys);
      keys.forEach(key -> data.check(version, key, found.get(key)));
      long from = someKey();
      try (RowCursor cursor = view.scan(KeyRange.all().from(from).to(from + 10))) {
        while (cursor.next()) {
          data.check(version, (Long) cursor.key(), cursor.value());
        }
      }
    }

    /** Uses a reader that another thread may close at any moment. */
    private void useMortal() {
      ShardedReader other = mortal.get();
      SnapshotView view = null;
      RowCursor cursor = null;
      try {
        for (int i = 0; i < 30; i++) {
          long key = someKey();
          byte[] value = other.get(key);
          checkThere(key, value);
        }
        view = other.view();
        cursor = view.scan(random.nextInt(SoakData.SHARDS));
        long version = view.version();
        use(view, version);
        while (cursor.next()) {
          data.check(version, (Long) cursor.key(), cursor.value());
        }
        data.checkOneVersion(other.multiGet(someKeys(300)));
      } catch (ClosedException e) {
        assertThat(mortal.get()).as("a reader that nobody closed").isNotSameAs(other);
      } finally {
        // Often after their reader.
        closeAll(view, cursor);
      }
    }

    private static void closeAll(SnapshotView view, RowCursor cursor) {
      if (view != null) {
        view.close();
      }
      if (cursor != null) {
        cursor.close();
      }
    }

    private void reopenMortal() {
      if (random.nextInt(10) != 0) {
        lookUp();
        return;
      }
      ShardedReader next = open(Duration.ofMillis(50), random.nextInt(3) == 0);
      mortal.getAndSet(next).close();
    }
  }
}
