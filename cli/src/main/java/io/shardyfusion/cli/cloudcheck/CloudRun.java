package io.shardyfusion.cli.cloudcheck;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.cli.measuring.Backfill;
import io.shardyfusion.cli.measuring.ColdGet;
import io.shardyfusion.cli.measuring.CountedReaders;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.GeneratedDataset;
import io.shardyfusion.cli.measuring.GeneratedRows;
import io.shardyfusion.cli.measuring.LookupLoad;
import io.shardyfusion.cli.measuring.Spread;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.job.OptionHints;
import io.shardyfusion.reader.RowCursor;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** Writes one dataset, reads it, refreshes it under load, and checks every row of it. */
final class CloudRun {

  private static final int COLD_GETS = 3;
  private static final int IDLE_REFRESHES = 3;
  private static final int REFRESHES = 3;
  private static final int QUIET_MILLIS = 500;

  private final CheckRoot root;
  private final Load load;
  private final Consumer<String> progress;
  private final RequestTargets targets;
  private final Figures figures = new Figures();
  private final List<TargetResult> verdicts = new ArrayList<>();

  /**
   * The work that is done on the dataset.
   *
   * @param rows of the dataset
   * @param threads that look rows up
   * @param seconds in which they do, without a refresh
   */
  record Load(long rows, int threads, int seconds) {}

  /**
   * A run.
   *
   * @param progress is told of each step
   */
  CloudRun(CheckRoot root, Load load, Consumer<String> progress) {
    this.root = root;
    this.load = load;
    this.progress = progress;
    this.targets = new RequestTargets(root.options().s3Transfers());
  }

  Figures figures() {
    return figures;
  }

  List<TargetResult> verdicts() {
    return verdicts;
  }

  /**
   * Does everything with a dataset of so many shards. What cannot be done is the last verdict; what
   * was found before stays.
   *
   * @return whether everything was done
   */
  boolean run(int shards) throws InterruptedException {
    try {
      try (TemporaryDirectory temporary = TemporaryDirectory.create()) {
        Path directory = temporary.path();
        check(shards, directory);
      }
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (Thread.currentThread().isInterrupted()) {
        throw (InterruptedException) new InterruptedException("stopped").initCause(e);
      }
      String why = e instanceof ShardyfusionException ? e.getMessage() : e.toString();
      verdicts.add(
          new TargetResult("everything could be done", OptionHints.in(String.valueOf(why)), false));
      return false;
    }
  }

  /**
   * Does everything.
   *
   * @param directory an existing one, for caches and shards that are built
   */
  private void check(int shards, Path directory) throws Exception {
    String name = "shards-" + shards;
    progress.accept(shards + " shards: writing");
    Backfill.Done done = Backfill.run(root.uri(name), root.options(), shards, load.rows());
    try (ObjectStore store = root.open(name)) {
      GeneratedDataset dataset = GeneratedDataset.onTopOf(store, load.rows(), directory);
      List<TableFile> files = dataset.files(dataset.entries());
      written(done, dataset, files);
      progress.accept(shards + " shards: cold get");
      cold(ColdGet.run(() -> root.open(name), dataset, directory, COLD_GETS));
      progress.accept(shards + " shards: prefetch");
      CountingObjectStore counted = new CountingObjectStore(root.open(name));
      long start = System.nanoTime();
      try (ShardedReader reader =
          CountedReaders.openAll(counted, Files.createDirectory(directory.resolve("cache")))) {
        prefetched(seconds(start), counted, 2 + shards + targets.downloads(files));
        progress.accept(shards + " shards: checking all rows");
        long wrong = wrongRows(reader, dataset);
        progress.accept(shards + " shards: random gets");
        gets(reader);
        idle(reader, counted);
        progress.accept(shards + " shards: refreshes under load");
        refreshes(reader, counted, dataset);
        progress.accept(shards + " shards: checking all rows");
        wrong += wrongRows(reader, dataset);
        figures.put("verified_rows", 2 * load.rows()).put("wrong_rows", wrong);
        verdicts.add(TargetResult.exactly("rows that are not exact", 0, wrong));
      }
    }
  }

  private void written(Backfill.Done done, GeneratedDataset dataset, List<TableFile> files) {
    long bytes = GeneratedDataset.bytes(dataset.entries());
    figures
        .put("rows", load.rows())
        .put("write_s", done.seconds())
        .put("write_rows_per_s", (long) (load.rows() / done.seconds()))
        .put("write_mb_per_s", megabytes(bytes) / done.seconds())
        .put("write_bytes", bytes)
        .put("write_puts", done.puts())
        .put("write_gets", done.gets());
    verdicts.add(targets.backfill(dataset.shards(), files, done.seconds(), done.puts()));
  }

  private void cold(Figures cold) {
    figures
        .put("cold_get_ms", cold.get("open_and_get_ms"))
        .put("cold_get_bytes", (long) cold.get("bytes_fetched"))
        .put("cold_get_gets", (long) cold.get("gets"));
  }

  private void prefetched(double seconds, CountingObjectStore counted, long needed) {
    figures
        .put("prefetch_s", seconds)
        .put("prefetch_mb_per_s", megabytes(counted.bytesDown()) / seconds)
        .put("prefetch_bytes", counted.bytesDown())
        .put("prefetch_gets", counted.gets());
    verdicts.add(
        RequestTargets.gets("GETs of a cold reader, each object once", needed, counted.gets()));
  }

  /** Random gets while nothing else happens. */
  private void gets(ShardedReader reader) throws Exception {
    try (LookupLoad lookups = new LookupLoad(reader, load.rows(), load.threads())) {
      TimeUnit.SECONDS.sleep(load.seconds());
      LookupLoad.Seen seen = lookups.stop();
      latencies("get", seen);
      figures.put("get_errors", seen.errors());
    }
  }

  /** One in which a request had to be repeated says nothing: then another one is looked at. */
  private void idle(ShardedReader reader, CountingObjectStore counted) {
    long gets;
    long bytes;
    int tried = 0;
    do {
      long getsBefore = counted.gets();
      long bytesBefore = counted.bytesDown();
      long start = System.nanoTime();
      reader.refresh();
      figures.put("idle_refresh_ms", seconds(start) * 1e3);
      gets = counted.gets() - getsBefore;
      bytes = counted.bytesDown() - bytesBefore;
      tried++;
    } while (gets > 1 && tried < IDLE_REFRESHES);
    figures.put("idle_refresh_gets", gets).put("idle_refresh_bytes", bytes);
    verdicts.add(TargetResult.exactly("GETs of a refresh with nothing new", 1, gets));
    verdicts.add(TargetResult.exactly("bytes of a refresh with nothing new", 0, bytes));
  }

  /** Each with one shard changed. */
  private void refreshes(
      ShardedReader reader, CountingObjectStore counted, GeneratedDataset dataset)
      throws Exception {
    List<GeneratedDataset.Stored> versions = new ArrayList<>();
    long needed = 0;
    for (int i = 0; i < REFRESHES; i++) {
      GeneratedDataset.Stored version = dataset.store(List.of(i % dataset.shards()));
      versions.add(version);
      needed += 2 + version.changed().size() + targets.downloads(dataset.files(version.changed()));
    }
    long gets = counted.gets();
    long bytes = counted.bytesDown();
    double[] millis = new double[REFRESHES];
    try (LookupLoad lookups = new LookupLoad(reader, load.rows(), load.threads())) {
      for (int i = 0; i < REFRESHES; i++) {
        TimeUnit.MILLISECONDS.sleep(QUIET_MILLIS);
        dataset.announce(versions.get(i));
        long start = System.nanoTime();
        if (!reader.refresh()) {
          throw new IllegalStateException("the refresh found no other version");
        }
        millis[i] = seconds(start) * 1e3;
      }
      TimeUnit.MILLISECONDS.sleep(QUIET_MILLIS);
      LookupLoad.Seen seen = lookups.stop();
      long asked = counted.gets() - gets;
      figures
          .put("refresh_ms", Spread.of(millis).median())
          .put("refresh_bytes", (counted.bytesDown() - bytes) / REFRESHES)
          .put("refresh_gets", asked / (double) REFRESHES);
      latencies("refresh_get", seen);
      figures.put("refresh_errors", seen.errors());
      verdicts.add(
          RequestTargets.gets(
              "GETs of " + REFRESHES + " refreshes, each object once", needed, asked));
      verdicts.add(
          TargetResult.exactly(
              "lookups that failed", 0, seen.errors() + (long) figures.get("get_errors")));
    }
  }

  private void latencies(String name, LookupLoad.Seen seen) {
    Histogram latencies = seen.latencies();
    figures.put(name + "_per_s", (long) seen.perSecond());
    for (int percentile : new int[] {50, 95, 99}) {
      figures.put(
          name + "_p" + percentile + "_us", latencies.getValueAtPercentile(percentile) / 1e3);
    }
  }

  /** Rows that are missing, too many, or have another value. */
  private long wrongRows(ShardedReader reader, GeneratedDataset dataset) {
    long right = 0;
    long found = 0;
    for (int shard = 0; shard < dataset.shards(); shard++) {
      try (RowCursor rows = reader.scan(shard)) {
        while (rows.next()) {
          found++;
          long row = GeneratedRows.row((Long) rows.key());
          if (row >= 0
              && row < load.rows()
              && dataset.sharding().shardOf(GeneratedRows.key(row)) == shard
              && Arrays.equals(rows.value(), dataset.value(row))) {
            right++;
          }
        }
      }
    }
    // A shard has each key once, so all that are right are different rows.
    return Math.max(found, load.rows()) - right;
  }

  private static double megabytes(long bytes) {
    return bytes / 1e6;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
