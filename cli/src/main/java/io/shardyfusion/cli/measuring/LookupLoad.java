package io.shardyfusion.cli.measuring;

import io.shardyfusion.reader.ShardedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;

/**
 * Threads that get random {@link GeneratedRows} of a reader, one after the other, until they are
 * told to stop. Latencies are service times: a thread begins its next lookup when the last one has
 * ended. Started and stopped by one thread.
 */
public final class LookupLoad implements AutoCloseable {

  private static final int SIGNIFICANT_DIGITS = 3;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final ExecutorService executor;
  private final List<Future<Seen>> threads = new ArrayList<>();
  private final long start = System.nanoTime();

  /**
   * Observations of the threads.
   *
   * @param latencies of all lookups, in nanoseconds
   * @param errors exceptions, and keys that were not found
   * @param seconds that it took
   */
  public record Seen(Histogram latencies, long errors, double seconds) {

    public double perSecond() {
      return latencies.getTotalCount() / seconds;
    }
  }

  /** Starts {@code count} threads that look the first {@code rows} rows up. */
  public LookupLoad(ShardedReader reader, long rows, int count) {
    executor = Executors.newFixedThreadPool(count);
    for (int thread = 0; thread < count; thread++) {
      int seed = thread;
      threads.add(executor.submit(() -> lookUp(reader, rows, seed)));
    }
  }

  /** Stops the threads; what they saw together. */
  public Seen stop() throws InterruptedException, ExecutionException {
    stop.set(true);
    Histogram latencies = newHistogram();
    long errors = 0;
    for (Future<Seen> thread : threads) {
      Seen seen = thread.get();
      latencies.add(seen.latencies);
      errors += seen.errors;
    }
    return new Seen(latencies, errors, seconds());
  }

  /** Stops the threads, if that was not done. */
  @Override
  public void close() {
    stop.set(true);
    executor.shutdownNow();
  }

  public static Histogram newHistogram() {
    return new Histogram(SIGNIFICANT_DIGITS);
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  private Seen lookUp(ShardedReader reader, long rows, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Histogram latencies = newHistogram();
    long errors = 0;
    while (!stop.get()) {
      long key = GeneratedRows.key(random.nextLong(rows));
      long begin = System.nanoTime();
      try {
        if (reader.get(key) == null) {
          errors++;
        }
      } catch (RuntimeException e) {
        errors++;
      }
      latencies.recordValue(System.nanoTime() - begin);
    }
    return new Seen(latencies, errors, seconds());
  }
}
