package io.shardyfusion.cli.measuring;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The cost of opening a reader with an empty cache, and of getting one key. */
public final class ColdGet {

  private ColdGet() {}

  /**
   * Measures once for each of {@code rounds} keys.
   *
   * @param store opens the dataset's store
   * @param directory for the caches
   */
  public static Figures run(
      Supplier<ObjectStore> store, GeneratedDataset dataset, Path directory, int rounds)
      throws Exception {
    double[] millis = new double[rounds];
    double[] ratios = new double[rounds];
    double[] gets = new double[rounds];
    long fetched = 0;
    long needed = 0;
    for (int round = 0; round < rounds; round++) {
      long key = GeneratedRows.key(round * (dataset.rows() / rounds));
      CountingObjectStore counted = new CountingObjectStore(store.get());
      long start = System.nanoTime();
      try (ShardedReader reader =
          CountedReaders.open(counted, directory.resolve("cold-" + round))) {
        if (reader.get(key) == null) {
          throw new IllegalStateException("the key " + key + " is not there");
        }
        millis[round] = (System.nanoTime() - start) / 1e6;
        fetched = counted.bytesDown();
        gets[round] = counted.gets();
      }
      try (ObjectStore plain = store.get()) {
        needed = needed(plain, dataset.sharding().shardOf(key));
      }
      ratios[round] = (double) fetched / needed;
    }
    return new Figures()
        .put("shards", dataset.shards())
        .put("bytes_ratio", ratios)
        .put("bytes_fetched", fetched)
        .put("bytes_needed", needed)
        .put("gets", gets)
        .put("open_and_get_ms", millis);
  }

  /** The bytes of the pointer, the manifest, and the shard's descriptor and table files. */
  private static long needed(ObjectStore store, int shard) {
    Dataset dataset = new Dataset(store);
    ManifestRef manifest = dataset.current().manifest();
    ShardEntry entry = dataset.manifest(manifest).shards().get(shard);
    return size(store, Layout.POINTER)
        + size(store, manifest.object())
        + size(store, entry.descriptorObject())
        + entry.bytes();
  }

  private static long size(ObjectStore store, String object) {
    return store.stat(object).orElseThrow().size();
  }
}
