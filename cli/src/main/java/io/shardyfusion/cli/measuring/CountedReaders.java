package io.shardyfusion.cli.measuring;

import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.CountingObjectStore;
import java.nio.file.Path;
import java.time.Duration;

/** Opens readers whose requests are counted, and which refresh when they are told to. */
public final class CountedReaders {

  private CountedReaders() {}

  /** A reader on the current version in {@code store}, which it owns from now on. */
  static ShardedReader open(CountingObjectStore store, Path cache) {
    return ShardedReader.open(
        ReaderOptions.builder(store.root().toString())
            .cacheDirectory(cache)
            .refreshInterval(Duration.ZERO)
            .build(),
        store);
  }

  /** The same, with all shards open. */
  public static ShardedReader openAll(CountingObjectStore store, Path cache) {
    ShardedReader reader = open(store, cache);
    try {
      reader.prefetch();
      return reader;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }
}
