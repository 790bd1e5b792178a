package io.shardyfusion.reader;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.reader.cache.Downloads;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.ReadTuning;
import io.shardyfusion.shard.ShardDatabase;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens shards: fetches what the cache does not have, lays the database out, and checks it.
 * Thread-safe.
 */
final class ShardOpener {

  private static final Logger LOG = LoggerFactory.getLogger(ShardOpener.class);

  private final Dataset dataset;
  private final FileCache cache;
  private final Downloads downloads;
  private final ReadResources resources;

  ShardOpener(Dataset dataset, FileCache cache, Downloads downloads, ReadResources resources) {
    this.dataset = dataset;
    this.cache = cache;
    this.downloads = downloads;
    this.resources = resources;
  }

  /**
   * Opens a shard, and fetches its files before. If RocksDB finds damage and the cache is at fault,
   * it is opened once more from what the store has.
   *
   * @param tuning how it is read
   * @throws DataDamagedException if an object is damaged or missing
   * @throws io.shardyfusion.StorageException if something could not be fetched or written
   */
  OpenShard open(ShardEntry entry, ReadTuning tuning) {
    ShardDescriptor descriptor = dataset.descriptor(entry);
    downloads.fetch(List.of(descriptor));
    return openFetched(descriptor, tuning);
  }

  /**
   * Opens a shard whose files were just fetched. Where one has gone meanwhile, or is damaged, it is
   * fetched again. Throws as above.
   */
  OpenShard openFetched(ShardDescriptor descriptor, ReadTuning tuning) {
    long began = System.nanoTime();
    OpenShard shard = opened(descriptor, tuning);
    LOG.debug(
        "event=shard_opened shard={} files={} bytes={} millis={}",
        descriptor.shard(),
        descriptor.files().size(),
        descriptor.bytes(),
        (System.nanoTime() - began) / 1_000_000);
    return shard;
  }

  /**
   * Deletes the shard's local files that are damaged.
   *
   * @param reason why they are suspected; gets what goes wrong here as suppressed
   * @return whether it is worth to open the shard anew, because there were any
   */
  boolean evictDamaged(ShardEntry entry, DataDamagedException reason) {
    try {
      return evictDamaged(dataset.descriptor(entry), reason);
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
      return false;
    }
  }

  private boolean evictDamaged(ShardDescriptor descriptor, DataDamagedException reason) {
    int evicted = 0;
    for (TableFile file : descriptor.files()) {
      if (cache.evictIfDamaged(file)) {
        evicted++;
        LOG.warn(
            "event=cache_file_evicted shard={} object={} error=\"{}\"",
            descriptor.shard(),
            file.object(),
            reason.toString());
      }
    }
    return evicted > 0;
  }

  private OpenShard opened(ShardDescriptor descriptor, ReadTuning tuning) {
    try {
      return layOut(descriptor, tuning);
    } catch (DataDamagedException e) {
      if (!evictDamaged(descriptor, e)) {
        throw e;
      }
    }
    downloads.fetch(List.of(descriptor));
    return layOut(descriptor, tuning);
  }

  private OpenShard layOut(ShardDescriptor descriptor, ReadTuning tuning) {
    Path directory = cache.newDatabase(descriptor.shard());
    ShardDatabase database;
    try {
      database = ShardDatabase.open(directory, descriptor, cache::path, resources, tuning);
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, () -> DirectoryTree.delete(directory));
      throw e;
    }
    OpenShard shard = new OpenShard(database, directory);
    try {
      database.selfCheck();
      return shard;
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, shard);
      throw e;
    }
  }
}
