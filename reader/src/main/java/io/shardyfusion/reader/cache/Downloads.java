package io.shardyfusion.reader.cache;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.lifecycle.WorkerThreads;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * A reader's downloads: a few at a time, in threads of its own, within one bandwidth. Thread-safe.
 *
 * <p>Fetches that run at the same time take turns, file by file, so that a lookup that needs one
 * shard does not wait for a refresh of all.
 */
public final class Downloads implements AutoCloseable {

  private final Dataset dataset;
  private final FileCache cache;
  private final int atOnce;
  private final BandwidthLimiter bandwidth;
  private final ThreadPoolExecutor threads;
  private final Set<Fetch> running = ConcurrentHashMap.newKeySet();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder files = new LongAdder();
  private volatile boolean closed;

  /** Downloads from {@code dataset} into {@code cache}; neither is owned. */
  public Downloads(Dataset dataset, FileCache cache, CacheLimits limits) {
    this(dataset, cache, limits.downloads(), BandwidthLimiter.of(limits.bytesPerSecond()));
  }

  public Downloads(Dataset dataset, FileCache cache, int atOnce, BandwidthLimiter bandwidth) {
    this.dataset = dataset;
    this.cache = cache;
    this.atOnce = atOnce;
    this.bandwidth = bandwidth;
    this.threads = WorkerThreads.pool("download", atOnce, Integer.MAX_VALUE);
  }

  /**
   * Fetches the files of {@code shards} that are not cached; returns when all are there. Of what is
   * still to be fetched when one fails, nothing is begun any more.
   *
   * @throws io.shardyfusion.DataDamagedException if what the dataset holds is not the file
   * @throws StorageException if one could not be downloaded or written, if there is no room for
   *     them, which is found before the first is downloaded, or if the thread is interrupted
   * @throws ClosedException if this is closed
   */
  public void fetch(Collection<ShardDescriptor> shards) {
    List<TableFile> wanted = FileCache.distinct(shards);
    fetch(wanted, missing -> cache.capacity().estimate(missing, wanted));
  }

  /**
   * Fetches what a plan says, in the space that it found. What has gone from the cache since is
   * fetched as well; what others have fetched since is not. Throws as above.
   */
  public void fetch(FetchPlan plan) {
    fetch(plan.wanted(), missing -> plan.space());
  }

  private void fetch(List<TableFile> wanted, Function<List<TableFile>, SpaceEstimate> space) {
    List<TableFile> missing = cache.missing(wanted);
    if (missing.isEmpty()) {
      return;
    }
    cache.capacity().makeRoom(space.apply(missing));
    Fetch fetch = new Fetch(missing);
    running.add(fetch);
    try {
      fetch.begin();
      fetch.await();
    } finally {
      running.remove(fetch);
    }
  }

  /** The bytes that were downloaded since this was made, with those that came twice. */
  public long bytes() {
    return bytes.sum();
  }

  /** The files that were fetched since this was made, by this reader or one it waited for. */
  public long files() {
    return files.sum();
  }

  /** The number of turns that wait for a thread. */
  int waiting() {
    return threads.getQueue().size();
  }

  /** Lets every fetch end soon, and no other begin; does not wait. Idempotent. */
  public void stop() {
    closed = true;
    threads.shutdownNow();
    running.forEach(f -> f.done.completeExceptionally(closed()));
  }

  /** Stops, and waits for the threads to end. Idempotent; an interrupt does not end it. */
  @Override
  public void close() {
    stop();
    WorkerThreads.end(threads);
  }

  /** The files that one caller waits for. */
  private final class Fetch {

    private final Queue<TableFile> waiting;
    private final AtomicInteger left;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean givenUp;

    Fetch(List<TableFile> missing) {
      this.waiting = new ConcurrentLinkedQueue<>(missing);
      this.left = new AtomicInteger(missing.size());
    }

    void begin() {
      int turns = Math.min(atOnce, left.get());
      for (int i = 0; i < turns; i++) {
        takeTurn();
      }
    }

    void await() {
      try {
        done.get();
      } catch (InterruptedException e) {
        givenUp = true;
        Thread.currentThread().interrupt();
        throw new StorageException(
            "the thread was interrupted while it waited for " + left + " file(s)", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      }
    }

    private void takeTurn() {
      try {
        threads.execute(this::fetchOne);
      } catch (RejectedExecutionException e) {
        done.completeExceptionally(closed());
      }
    }

    private void fetchOne() {
      if (done.isDone() || givenUp) {
        return;
      }
      TableFile file = waiting.poll();
      if (file == null) {
        return;
      }
      try {
        cache.fetch(file, dataset, this::pass);
        files.increment();
      } catch (RuntimeException | Error e) {
        done.completeExceptionally(closed ? closed() : e);
        return;
      }
      if (left.decrementAndGet() == 0) {
        done.complete(null);
      } else {
        takeTurn();
      }
    }

    /** Lets some bytes pass, when it is their time. */
    private void pass(long count) {
      if (closed || givenUp) {
        throw closed();
      }
      bandwidth.take(count);
      bytes.add(count);
    }
  }

  private static ClosedException closed() {
    return new ClosedException("the reader that downloads was closed; open another");
  }
}
