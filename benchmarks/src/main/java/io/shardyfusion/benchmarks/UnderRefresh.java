package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.GeneratedDataset;
import io.shardyfusion.cli.measuring.LookupLoad;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Latencies of {@code get} from ten threads, while a refresh swaps another version in every second,
 * against the same without a refresh; the two alternate. Each version gives an eighth of the shards
 * other values, and so other files, which the refresh downloads; they are built and stored before
 * the measurement.
 *
 * <p>Latencies are service times: a thread begins its next lookup when the last one has ended. So a
 * stall of all threads counts ten times, however long it is. Where there are fewer processors than
 * threads, what a thread waits for a processor is in the latency of both.
 */
final class UnderRefresh {

  private static final int THREADS = 10;
  private static final double TAIL = 99.9;

  private final GeneratedDataset dataset;
  private final String uri;
  private final int seconds;

  /**
   * A measurement of that many seconds, each with and without refreshes, a round.
   *
   * @param uri of the dataset
   */
  UnderRefresh(GeneratedDataset dataset, String uri, int seconds) {
    this.dataset = dataset;
    this.uri = uri;
    this.seconds = seconds;
  }

  Figures run(Path cache, int rounds) throws Exception {
    double[] quiet = new double[rounds];
    double[] refreshed = new double[rounds];
    Histogram all = LookupLoad.newHistogram();
    long errors = 0;
    long swaps = 0;
    try (ShardedReader reader =
        ShardedReader.open(
            ReaderOptions.builder(uri)
                .cacheDirectory(cache)
                .refreshInterval(Duration.ZERO)
                .build())) {
      for (int round = -1; round < rounds; round++) {
        Deque<GeneratedDataset.Stored> versions = versions();
        LookupLoad.Seen without = lookUp(reader, new ArrayDeque<>());
        int before = versions.size();
        LookupLoad.Seen with = lookUp(reader, versions);
        if (round >= 0) {
          quiet[round] = without.latencies().getValueAtPercentile(TAIL);
          refreshed[round] = with.latencies().getValueAtPercentile(TAIL);
          errors += without.errors() + with.errors();
          swaps += before - versions.size();
          all.add(with.latencies());
        }
      }
    }
    return new Figures()
        .put("shards", dataset.shards())
        .put("threads", THREADS)
        .put("ratio", Figures.ratios(refreshed, quiet))
        .put("errors", errors)
        .put("swaps", swaps)
        .put("p999_ns", refreshed)
        .put("quiet_p999_ns", quiet)
        .put("p50_ns", all.getValueAtPercentile(50))
        .put("p95_ns", all.getValueAtPercentile(95))
        .put("p99_ns", all.getValueAtPercentile(99));
  }

  /** Stored versions for one round, not announced. */
  private Deque<GeneratedDataset.Stored> versions() throws Exception {
    int changed = Math.max(1, dataset.shards() / 8);
    Deque<GeneratedDataset.Stored> versions = new ArrayDeque<>();
    for (int i = 0; i < seconds; i++) {
      int first = i * changed;
      versions.add(
          dataset.store(
              IntStream.range(first, first + changed)
                  .map(shard -> shard % dataset.shards())
                  .boxed()
                  .toList()));
    }
    return versions;
  }

  /** Announces a version each second, as long as there are any, and has it served. */
  private LookupLoad.Seen lookUp(ShardedReader reader, Deque<GeneratedDataset.Stored> versions)
      throws Exception {
    try (LookupLoad load = new LookupLoad(reader, dataset.rows(), THREADS)) {
      for (int second = 0; second < seconds; second++) {
        long end = System.nanoTime() + 1_000_000_000;
        GeneratedDataset.Stored next = versions.poll();
        if (next != null) {
          dataset.announce(next);
          if (!reader.refresh()) {
            throw new IllegalStateException("the refresh found no other version");
          }
        }
        TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
      }
      return load.stop();
    }
  }
}
