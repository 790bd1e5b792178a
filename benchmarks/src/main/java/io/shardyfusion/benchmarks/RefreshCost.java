package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.CountedReaders;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.GeneratedDataset;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.flink.util.FileUtils;

/**
 * Bytes and time of a refresh, against a plain download of the same table files by as many threads,
 * which digests, forces and opens nothing. The two alternate; which one is first, too. All shards
 * are open before.
 */
final class RefreshCost {

  /** The number of threads of a reader. */
  private static final int DOWNLOADS = CacheLimits.defaults().downloads();

  private final BenchStore stores;
  private final Path directory;

  RefreshCost(BenchStore stores, Path directory) {
    this.stores = stores;
    this.directory = directory;
  }

  /** Measures refreshes in which {@code changed} of {@code shards} shards are new. */
  Figures run(int shards, int changed, long rows, int rounds) throws Exception {
    double[] bytesRatio = new double[rounds];
    double[] refreshMillis = new double[rounds];
    double[] downloadMillis = new double[rounds];
    double[] gets = new double[rounds];
    long newBytes = 0;
    try (ObjectStore store = stores.open("refresh-cost")) {
      GeneratedDataset dataset = new GeneratedDataset(store, shards, rows, directory);
      dataset.publishAll();
      CountingObjectStore counted = new CountingObjectStore(stores.open("refresh-cost"));
      try (ShardedReader reader = CountedReaders.openAll(counted, directory.resolve("cache"))) {
        for (int round = -1; round < rounds; round++) {
          int first = (round + 1) * changed;
          GeneratedDataset.Stored version =
              dataset.publish(
                  IntStream.range(first, first + changed)
                      .map(shard -> shard % shards)
                      .boxed()
                      .toList());
          List<TableFile> files = dataset.files(version.changed());
          boolean downloadFirst = (round & 1) == 0;
          double download = downloadFirst ? download(store, files) : 0;
          long bytesBefore = counted.bytesDown();
          long getsBefore = counted.gets();
          double refresh = refresh(reader);
          long fetched = counted.bytesDown() - bytesBefore;
          long requests = counted.gets() - getsBefore;
          download = downloadFirst ? download : download(store, files);
          if (round >= 0) {
            newBytes = GeneratedDataset.bytes(version.changed());
            bytesRatio[round] = (double) fetched / newBytes;
            gets[round] = requests;
            refreshMillis[round] = refresh;
            downloadMillis[round] = download;
          }
        }
      }
    }
    return new Figures()
        .put("shards", shards)
        .put("shards_changed", changed)
        .put("bytes_ratio", bytesRatio)
        .put("time_ratio", Figures.ratios(refreshMillis, downloadMillis))
        .put("bytes_new", newBytes)
        .put("refresh_ms", refreshMillis)
        .put("download_ms", downloadMillis)
        .put("gets", gets);
  }

  private static double refresh(ShardedReader reader) {
    long start = System.nanoTime();
    if (!reader.refresh()) {
      throw new IllegalStateException("the refresh found no other version");
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private double download(ObjectStore store, List<TableFile> files) throws Exception {
    Path target = Files.createDirectory(directory.resolve("downloads"));
    ExecutorService executor = Executors.newFixedThreadPool(DOWNLOADS);
    try {
      List<Callable<Long>> tasks = new ArrayList<>();
      for (TableFile file : files) {
        tasks.add(
            () -> store.download(file.object(), target.resolve(file.sha256().hex())).orElseThrow());
      }
      long start = System.nanoTime();
      for (Future<Long> task : executor.invokeAll(tasks)) {
        task.get();
      }
      return (System.nanoTime() - start) / 1e6;
    } finally {
      executor.shutdownNow();
      FileUtils.deleteDirectory(target.toFile());
    }
  }
}
