package io.shardyfusion.benchmarks;

import com.sun.management.ThreadMXBean;
import io.shardyfusion.cli.measuring.Figures;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.rocksdb.RocksDBException;

/**
 * Two contenders make the same requests, in turns of an eighth of them, so that whatever the
 * machine does meanwhile hits both. Each is always at another eighth than the other, since what one
 * has just read is in the processor's caches.
 *
 * <p>A turn's time is that of all its requests, without a look at the clock between them; latencies
 * are measured in turns of their own, over the first quarter of the requests, or 10 000 of them.
 */
final class LookupRace implements AutoCloseable {

  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int TURNS = 8;
  private static final int TIMED_PART = 4;
  private static final int MIN_TIMED = 10_000;
  private static final int SIGNIFICANT_DIGITS = 3;

  private final int threads;
  private final ExecutorService executor;

  /** A race in which each turn is shared by that many threads. */
  LookupRace(int threads) {
    this.threads = threads;
    this.executor =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "bench-lookups");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Time and work of the threads of one contender together, in one round. */
  private static final class Effort {
    private long nanos;
    private long allocated;
    private long valueBytes;
    private final Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
  }

  /**
   * Lets the two race.
   *
   * @param requests that each makes in a round
   * @param keysPerRequest times and latencies are divided by it
   * @param valueBytes what a round must find
   */
  Figures run(
      Contender ours, Contender bare, int requests, int keysPerRequest, long valueBytes, int rounds)
      throws Exception {
    double[] nanos = new double[rounds];
    double[] bareNanos = new double[rounds];
    double[] allocated = new double[rounds];
    double[] bareAllocated = new double[rounds];
    double[] p99 = new double[rounds];
    double[] bareP99 = new double[rounds];
    Histogram all = new Histogram(SIGNIFICANT_DIGITS);
    Histogram bareAll = new Histogram(SIGNIFICANT_DIGITS);
    double keys = (double) requests * keysPerRequest;
    for (int round = -1; round < rounds; round++) {
      Effort our = new Effort();
      Effort their = new Effort();
      round(ours, our, bare, their, requests, round);
      check(our.valueBytes, valueBytes);
      check(their.valueBytes, valueBytes);
      if (round >= 0) {
        nanos[round] = our.nanos / keys;
        bareNanos[round] = their.nanos / keys;
        allocated[round] = our.allocated / keys;
        bareAllocated[round] = their.allocated / keys;
        p99[round] = our.latencies.getValueAtPercentile(99);
        bareP99[round] = their.latencies.getValueAtPercentile(99);
        all.add(our.latencies);
        bareAll.add(their.latencies);
      }
    }
    Figures figures = new Figures();
    figures.put("threads", threads);
    figures.put("ns_per_key", nanos);
    figures.put("rocksdb_ns_per_key", bareNanos);
    figures.put("ratio_to_rocksdb", Figures.ratios(nanos, bareNanos));
    figures.put("p99_ratio", Figures.ratios(p99, bareP99));
    percentiles(figures, "", all, keysPerRequest);
    percentiles(figures, "rocksdb_", bareAll, keysPerRequest);
    figures.put("allocated_bytes_per_key", allocated);
    figures.put("rocksdb_allocated_bytes_per_key", bareAllocated);
    return figures;
  }

  private static void percentiles(
      Figures figures, String prefix, Histogram latencies, int keysPerRequest) {
    for (int percentile : new int[] {50, 95, 99}) {
      figures.put(
          prefix + "p" + percentile + "_ns",
          Math.round((double) latencies.getValueAtPercentile(percentile) / keysPerRequest));
    }
  }

  private static void check(long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException(
          "expected values of " + expected + " bytes in a round, found " + found);
    }
  }

  private void round(
      Contender ours, Effort our, Contender bare, Effort their, int requests, int round)
      throws Exception {
    for (int turn = 0; turn < TURNS; turn++) {
      boolean oursFirst = (turn + round & 1) == 0;
      for (int i = 0; i < 2; i++) {
        if (oursFirst == (i == 0)) {
          turn(ours, our, requests, turn);
        } else {
          turn(bare, their, requests, (turn + TURNS / 2) % TURNS);
        }
      }
    }
    int timed = Math.min(requests, Math.max(MIN_TIMED, requests / TIMED_PART));
    for (int turn = 0; turn < TURNS; turn++) {
      timedTurn(ours, our, timed, turn);
      timedTurn(bare, their, timed, (turn + TURNS / 2) % TURNS);
    }
  }

  private void turn(Contender contender, Effort effort, int requests, int turn) throws Exception {
    for (Effort part :
        inParallel(
            requests,
            turn,
            (from, to) -> {
              Effort mine = new Effort();
              long allocated = MEMORY.getCurrentThreadAllocatedBytes();
              long start = System.nanoTime();
              mine.valueBytes = contender.look(from, to);
              mine.nanos = System.nanoTime() - start;
              mine.allocated = MEMORY.getCurrentThreadAllocatedBytes() - allocated;
              return mine;
            })) {
      effort.nanos += part.nanos;
      effort.allocated += part.allocated;
      effort.valueBytes += part.valueBytes;
    }
  }

  private void timedTurn(Contender contender, Effort effort, int requests, int turn)
      throws Exception {
    for (Effort part :
        inParallel(
            requests,
            turn,
            (from, to) -> {
              Effort mine = new Effort();
              for (int i = from; i < to; i++) {
                long start = System.nanoTime();
                mine.valueBytes += contender.look(i, i + 1);
                mine.latencies.recordValue(System.nanoTime() - start);
              }
              return mine;
            })) {
      effort.latencies.add(part.latencies);
    }
  }

  @FunctionalInterface
  private interface Part {
    Effort of(int from, int to) throws RocksDBException;
  }

  /** Splits a turn's requests between the threads. */
  private List<Effort> inParallel(int requests, int turn, Part part) throws Exception {
    int first = at(requests, turn, TURNS);
    int size = at(requests, turn + 1, TURNS) - first;
    List<Callable<Effort>> tasks = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int from = first + at(size, thread, threads);
      int to = first + at(size, thread + 1, threads);
      tasks.add(() -> part.of(from, to));
    }
    List<Effort> efforts = new ArrayList<>();
    for (Future<Effort> effort : executor.invokeAll(tasks)) {
      efforts.add(effort.get());
    }
    return efforts;
  }

  private static int at(int size, int part, int parts) {
    return (int) ((long) size * part / parts);
  }

  /** Stops the threads. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
