package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.DocumentCache;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.VersionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Counts of references to snapshots and shards, and the swap, under threads that start together: a
 * few operations of each, chosen by chance, thousands of times, with no database behind. Each
 * operation tells whether what it saw was right, and each model in the end whether everything was
 * released that should be, once, and nobody was inside after.
 */
@Timeout(120)
class SwapStressTest {

  private static final int THREADS = 4;
  private static final int OPERATIONS = 3;
  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  @Test
  void viewsOfASnapshotKeepItOpenAndTheLastOneClosesItOnce() throws Exception {
    stress(Pins::new);
  }

  @Test
  void aShardIsTheSameForAllThatHoldIt() throws Exception {
    stress(Holds::new);
  }

  @Test
  void noLookupIsRefusedByASwapAndNoVersionIsLeftOpen() throws Exception {
    stress(Swap::new);
  }

  /** What is stressed. */
  private interface Model {

    /** Each gives "right", or says what was wrong. */
    List<Supplier<Object>> operations();

    /** Throws if something is wrong after all. */
    void check();
  }

  private static void stress(Supplier<Model> models) throws Exception {
    long seed = System.nanoTime();
    System.out.println("swap stress seed " + seed);
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CyclicBarrier together = new CyclicBarrier(THREADS);
    long rounds = 0;
    try {
      for (long end = System.nanoTime() + NANOS; System.nanoTime() - end < 0; rounds++) {
        Model model = models.get();
        List<Future<List<Object>>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          Random own = new Random(random.nextLong());
          results.add(
              threads.submit(
                  () -> {
                    together.await();
                    return some(model.operations(), own);
                  }));
        }
        for (Future<List<Object>> result : results) {
          assertThat(result.get()).as("round %d, seed %d", rounds, seed).containsOnly("right");
        }
        model.check();
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    System.out.println("swap stress rounds " + rounds);
  }

  private static List<Object> some(List<Supplier<Object>> operations, Random random) {
    List<Object> results = new ArrayList<>();
    for (int i = 0; i < OPERATIONS; i++) {
      results.add(operations.get(random.nextInt(operations.size())).get());
    }
    return results;
  }

  private static Supplier<Object> done(Runnable operation) {
    return () -> {
      operation.run();
      return "right";
    };
  }

  /** A snapshot that serves nothing, but tells whether a lookup is inside after its release. */
  private static final class Served {

    static final Manifest MANIFEST = manifest();

    final Snapshot snapshot;
    final AtomicInteger releases = new AtomicInteger();
    volatile boolean enteredAfterRelease;

    Served(long version) {
      PointerEntry entry =
          PointerEntry.builder()
              .version(version)
              .manifest(
                  new ManifestRef(
                      Layout.manifest(MANIFEST.createdAt(), MANIFEST.manifestId()),
                      Sha256.of(new byte[] {1})))
              .runId(MANIFEST.runId())
              .announcedAt(MANIFEST.createdAt())
              .rows(0)
              .bytes(0)
              .status(VersionStatus.ANNOUNCED)
              .rowsExact(true)
              .build();
      ShardPool pool = new ShardPool(opener(), 100);
      snapshot =
          new Snapshot(
              "model",
              entry,
              MANIFEST,
              pool.hold(MANIFEST.shards(), "balanced"),
              new LookupMeter(ReaderMetrics.NONE),
              releases::incrementAndGet);
    }

    /** Whether the snapshot let a lookup in. */
    static boolean lookUp(Snapshot snapshot) {
      try {
        snapshot.get(1L);
        throw new AssertionError("found a value");
      } catch (StorageException e) {
        return true; // As below: it got to the shard.
      }
    }

    private ShardOpener opener() {
      DocumentCache documents =
          new DocumentCache() {
            @Override
            public Optional<byte[]> find(Sha256 sha256, int maxBytes) {
              if (releases.get() != 0) {
                enteredAfterRelease = true;
              }
              throw new StorageException("inside");
            }

            @Override
            public void keep(Sha256 sha256, byte[] content) {}
          };
      return new ShardOpener(new Dataset(null, documents), null, null, null);
    }

    private static Manifest manifest() {
      SmallVersions.Version version = new SmallVersions(null).version(List.of(List.of()));
      byte[] json = version.documents().get(version.manifest());
      return ManifestParser.fromJson("manifest", json);
    }

    void requireRight() {
      if (enteredAfterRelease) {
        throw new IllegalStateException("a lookup was inside what was released");
      }
      if (releases.get() > 1) {
        throw new IllegalStateException("released " + releases + " times");
      }
    }
  }

  /** Views of a snapshot, while its reader lets it go. */
  private static final class Pins implements Model {

    @Override
    public List<Supplier<Object>> operations() {
      return List.of(this::view, this::view, done(this::drop));
    }

    private final Served served = new Served(1);
    private final AtomicBoolean dropped = new AtomicBoolean();

    /** Pins, looks up, which a pin allows, and unpins. */
    private Object view() {
      try {
        served.snapshot.pin();
      } catch (ClosedException e) {
        return dropped.get() ? "right" : "refused, and not dropped";
      }
      try {
        return Served.lookUp(served.snapshot) ? "right" : "nothing";
      } catch (ClosedException e) {
        return "closed under a pin";
      } finally {
        served.snapshot.unpin();
      }
    }

    /** Does what a swap does with the version before, once. */
    private void drop() {
      if (dropped.compareAndSet(false, true) && served.snapshot.unpinWithoutClosing()) {
        served.snapshot.shut();
        served.snapshot.close();
      }
    }

    /** After all, it is released exactly if it was dropped. */
    @Override
    public void check() {
      served.requireRight();
      if (dropped.get() != (served.releases.get() == 1)) {
        throw new IllegalStateException("dropped " + dropped + ", releases " + served.releases);
      }
    }
  }

  /** Versions that share a shard. */
  private static final class Holds implements Model {

    @Override
    public List<Supplier<Object>> operations() {
      return List.of(this::holdTwice, this::giveBackTwice);
    }

    @Override
    public void check() {
      if (!pool.open().isEmpty()) {
        throw new IllegalStateException("open shards");
      }
    }

    private final ShardPool pool = new ShardPool(null, 100);

    /** Holds, and holds again: as long as one is held it is the same. */
    private Object holdTwice() {
      try (ShardPool.Hold one = pool.hold(Served.MANIFEST.shards(), "balanced");
          ShardPool.Hold two = pool.hold(Served.MANIFEST.shards(), "balanced")) {
        return one.shards().get(0) == two.shards().get(0) ? "right" : "another shard";
      }
    }

    /** Holds, and gives back twice, of which once counts. */
    private Object giveBackTwice() {
      ShardPool.Hold one = pool.hold(Served.MANIFEST.shards(), "balanced");
      try (ShardPool.Hold two = pool.hold(Served.MANIFEST.shards(), "balanced")) {
        one.close();
        one.close();
        try (ShardPool.Hold three = pool.hold(Served.MANIFEST.shards(), "balanced")) {
          return two.shards().get(0) == three.shards().get(0) ? "right" : "another shard";
        }
      }
    }
  }

  /** A reader's versions: lookups and views while they are swapped and closed. */
  private static final class Swap implements Model {

    @Override
    public List<Supplier<Object>> operations() {
      return List.of(
          this::lookUp, this::lookUp, this::view, this::view, done(this::swap), done(this::close));
    }

    private final Queue<Runnable> background = new ConcurrentLinkedQueue<>();
    private final List<Served> made = new ArrayList<>();
    private final OpenVersions versions;
    private volatile long swapped = 1;
    private volatile boolean closing;

    Swap() {
      ScheduledExecutorService later =
          new ScheduledThreadPoolExecutor(1) {
            @Override
            public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
              background.add(task);
              return null;
            }
          };
      versions = new OpenVersions(make(1), later);
    }

    private Snapshot make(long version) {
      Served served = new Served(version);
      made.add(served);
      return served.snapshot;
    }

    /** As the reader asks. */
    private <T> T ask(Function<Snapshot, T> question) {
      Snapshot asked = versions.current();
      while (true) {
        try {
          return question.apply(asked);
        } catch (ClosedException e) {
          asked = versions.after(asked, e);
        }
      }
    }

    /** A lookup of the reader, which is never refused but when that is closed. */
    private Object lookUp() {
      long least = swapped;
      try {
        long found =
            ask(
                snapshot -> {
                  Served.lookUp(snapshot);
                  return snapshot.entry().version();
                });
        return found >= least ? "right" : "looked at version " + found + " after " + least;
      } catch (ClosedException e) {
        return closing ? "right" : "refused, and not closed";
      }
    }

    /** A view. */
    private Object view() {
      try {
        Snapshot pinned =
            ask(
                snapshot -> {
                  snapshot.pin();
                  return snapshot;
                });
        try {
          return Served.lookUp(pinned) ? "right" : "nothing";
        } finally {
          pinned.unpin();
        }
      } catch (ClosedException e) {
        return closing ? "right" : "refused, and not closed";
      }
    }

    /** A refresh; one at a time, as the refresher sees to. */
    private synchronized void swap() {
      long next = swapped + 1;
      try {
        versions.swap(make(next));
        swapped = next;
      } catch (ClosedException e) {
        if (!closing) {
          throw new IllegalStateException(e);
        }
      }
    }

    /** Closes the reader. */
    private void close() {
      closing = true;
      versions.close();
    }

    /** After all, only the version that is served is open, and none if it was closed. */
    @Override
    public void check() {
      for (Runnable task = background.poll(); task != null; task = background.poll()) {
        task.run();
      }
      made.forEach(Served::requireRight);
      long open = made.stream().filter(served -> served.releases.get() == 0).count();
      if (open != (closing ? 0 : 1)) {
        throw new IllegalStateException(open + " of " + made.size() + " versions are open");
      }
    }
  }
}
