package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.Backfill;
import io.shardyfusion.cli.measuring.CountedReaders;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.GeneratedDataset;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import java.nio.file.Path;
import java.util.List;

/** Counts requests, which cost money on S3: of backfills, of cold reads and of refreshes. */
final class RequestCounts {

  private final BenchStore stores;
  private final Path directory;
  private final Figures figures = new Figures();

  RequestCounts(BenchStore stores, Path directory) {
    this.stores = stores;
    this.directory = directory;
  }

  /** Counts; {@code backfills} are numbers of shards, the reader is on {@code shards}. */
  Figures run(List<Integer> backfills, int shards, long rows) throws Exception {
    for (int backfill : backfills) {
      backfill(backfill, rows);
    }
    read(shards, rows);
    return figures;
  }

  /** A whole job. What it asks of a local directory, it would ask of S3. */
  private void backfill(int shards, long rows) throws Exception {
    String uri = directory.resolve("backfill-" + shards).toUri().toString();
    Backfill.Done done = Backfill.run(uri, StoreOptions.defaults(), shards, rows);
    figures.put("backfill_" + shards + "_puts", done.puts());
    figures.put("backfill_" + shards + "_gets", done.gets());
  }

  private void read(int shards, long rows) throws Exception {
    try (ObjectStore store = stores.open("requests")) {
      GeneratedDataset dataset = new GeneratedDataset(store, shards, rows, directory);
      GeneratedDataset.Stored first = dataset.publishAll();
      CountingObjectStore counted = new CountingObjectStore(stores.open("requests"));
      try (ShardedReader reader =
          CountedReaders.openAll(counted, directory.resolve("requests-cache"))) {
        figures.put("shards", shards);
        figures.put("cold_read_gets", counted.gets());
        // The pointer and the manifest; of each shard a descriptor and its files.
        figures.put("cold_read_gets_needed", 2 + needed(dataset, first));

        long gets = counted.gets();
        reader.refresh();
        figures.put("idle_refresh_gets", counted.gets() - gets);

        GeneratedDataset.Stored second = dataset.publish(List.of(shards / 2));
        gets = counted.gets();
        long bytes = counted.bytesDown();
        reader.refresh();
        figures.put("refresh_gets", counted.gets() - gets);
        figures.put("refresh_gets_needed", 2 + needed(dataset, second));
        figures.put("refresh_bytes", counted.bytesDown() - bytes);
        figures.put("refresh_bytes_new", GeneratedDataset.bytes(second.changed()));
        figures.put("reader_puts", counted.puts());
      }
    }
  }

  private static long needed(GeneratedDataset dataset, GeneratedDataset.Stored version) {
    return version.changed().size() + dataset.files(version.changed()).size();
  }
}
