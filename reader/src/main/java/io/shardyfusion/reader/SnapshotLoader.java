package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardEntry;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a version ready to be served: proves its manifest, and opens the shards that shall be open
 * from the start. Thread-safe.
 */
final class SnapshotLoader {

  private final String datasetUri;
  private final Dataset dataset;
  private final ShardPool pool;
  private final ShardTasks tasks;
  private final ShardChoice choice;

  /**
   * A loader of versions of one dataset.
   *
   * @param datasetUri its name, for messages
   * @param choice which shards are served, and when they are opened
   */
  SnapshotLoader(
      String datasetUri, Dataset dataset, ShardPool pool, ShardTasks tasks, ShardChoice choice) {
    this.datasetUri = datasetUri;
    this.dataset = dataset;
    this.pool = pool;
    this.tasks = tasks;
    this.choice = choice;
  }

  /**
   * Loads a version. Nothing is left of one that cannot be loaded, but for what was cached.
   *
   * @param entry what the pointer says of it
   * @param base the version that it shall follow: the shards that are open there are opened here;
   *     null for the first one
   * @return a snapshot with one pin, the caller's
   * @throws io.shardyfusion.DataDamagedException if something of it is damaged
   * @throws io.shardyfusion.StorageException if something could not be fetched, or not be written
   * @throws InvalidRequestException if this reader cannot serve it
   */
  Snapshot load(PointerEntry entry, @Nullable Snapshot base) {
    Manifest manifest = dataset.manifest(entry.manifest());
    requireSameKeys(entry, manifest, base);
    List<ShardEntry> served = choice.served(manifest.shards(), datasetUri);
    Snapshot snapshot = new Snapshot(datasetUri, entry, manifest, pool.hold(served), () -> {});
    try {
      open(snapshot, toOpen(manifest, served, base));
      return snapshot;
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, snapshot);
      throw e;
    }
  }

  /** Opens shards of a snapshot, several at a time; those that are open already cost nothing. */
  void open(Snapshot snapshot, Collection<Integer> shards) {
    shards.forEach(snapshot::requireServed);
    tasks.forEach(shards, snapshot::open);
  }

  /** The shards of a version that shall be open when it is swapped in. */
  private List<Integer> toOpen(
      Manifest manifest, List<ShardEntry> served, @Nullable Snapshot base) {
    if (choice.eager()) {
      return ids(served);
    }
    if (base == null) {
      return List.of();
    }
    Set<Integer> open = new HashSet<>();
    base.openShards().forEach(shard -> open.add(shard.shard()));
    if (!open.isEmpty() && !base.manifest().sharding().equals(manifest.sharding())) {
      // Keys have moved to other shards: whatever was asked for may be in any of them.
      return ids(served);
    }
    return ids(served).stream().filter(open::contains).toList();
  }

  private static List<Integer> ids(List<ShardEntry> shards) {
    return shards.stream().map(ShardEntry::shard).toList();
  }

  private void requireSameKeys(PointerEntry entry, Manifest manifest, @Nullable Snapshot base) {
    if (base == null || base.encoding().type() == manifest.keyEncoding().type()) {
      return;
    }
    throw new InvalidRequestException(
        "version "
            + entry.version()
            + " of "
            + datasetUri
            + " has keys of type "
            + manifest.keyEncoding().type().externalName()
            + ", but this reader serves keys of type "
            + base.encoding().type().externalName()
            + "; it stays on version "
            + base.entry().version()
            + ": open another reader for the new keys");
  }
}
