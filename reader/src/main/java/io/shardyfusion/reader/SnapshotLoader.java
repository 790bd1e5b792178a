package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.reader.cache.Downloads;
import io.shardyfusion.reader.cache.FileCache;
import java.util.Collection;

/**
 * Makes a version ready to be served as a {@link VersionPlan} says: fetches what is missing, and
 * opens the shards that shall be open from the start. Thread-safe.
 */
final class SnapshotLoader {

  private final String datasetUri;
  private final ShardPool pool;
  private final ShardExecutor executor;
  private final FileCache cache;
  private final Downloads downloads;
  private final LookupMeter meter;

  /** A loader of versions of one dataset. Owns nothing of what it is given. */
  SnapshotLoader(
      String datasetUri,
      ShardPool pool,
      ShardExecutor executor,
      FileCache cache,
      Downloads downloads,
      LookupMeter meter) {
    this.datasetUri = datasetUri;
    this.pool = pool;
    this.executor = executor;
    this.cache = cache;
    this.downloads = downloads;
    this.meter = meter;
  }

  /**
   * Loads a version. Nothing is left of one that cannot be loaded, but for what was cached.
   *
   * @return a snapshot with one pin, the caller's
   * @throws io.shardyfusion.DataDamagedException if something of it is damaged
   * @throws io.shardyfusion.StorageException if something could not be fetched, or not be written,
   *     or does not fit
   */
  Snapshot load(VersionPlan plan) {
    Snapshot snapshot = snapshot(plan);
    try {
      plan.requireFit();
      downloads.fetch(plan.files());
      executor.forEach(plan.toOpen(), shard -> open(snapshot, shard.shard(), plan));
      return snapshot;
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, snapshot);
      throw e;
    }
  }

  /**
   * Opens shards of a snapshot, several at a time; those that are open already cost nothing.
   *
   * @throws InvalidRequestException if one is not served; then none is opened
   */
  void open(Snapshot snapshot, Collection<Integer> shards) {
    shards.forEach(snapshot::requireServed);
    executor.forEach(shards, snapshot::open);
  }

  /** The bytes that were fetched so far, for the shards of all versions. */
  long fetchedBytes() {
    return downloads.bytes();
  }

  private static void open(Snapshot snapshot, int shard, VersionPlan plan) {
    ShardDescriptor fetched = plan.descriptors().get(shard);
    if (fetched == null) {
      snapshot.open(shard);
    } else {
      snapshot.openFetched(fetched);
    }
  }

  private Snapshot snapshot(VersionPlan plan) {
    Sha256 held = plan.entry().manifest().sha256();
    cache.hold(held);
    try {
      return new Snapshot(
          datasetUri,
          plan.entry(),
          plan.manifest(),
          pool.hold(plan.served(), plan.manifest().engine().profile()),
          meter,
          () -> cache.release(held));
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, () -> cache.release(held));
      throw e;
    }
  }
}
