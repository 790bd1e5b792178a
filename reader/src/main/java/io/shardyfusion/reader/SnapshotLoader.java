package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
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
  private final FileCache cache;
  private final Downloads downloads;
  private final LookupMeter meter;

  /**
   * A loader of versions of one dataset. Owns nothing of what it is given.
   *
   * @param choice which shards are served, and when they are opened
   */
  SnapshotLoader(
      String datasetUri,
      Dataset dataset,
      ShardChoice choice,
      ShardPool pool,
      ShardTasks tasks,
      FileCache cache,
      Downloads downloads,
      LookupMeter meter) {
    this.datasetUri = datasetUri;
    this.dataset = dataset;
    this.choice = choice;
    this.pool = pool;
    this.tasks = tasks;
    this.cache = cache;
    this.downloads = downloads;
    this.meter = meter;
  }

  /**
   * Loads a version. Nothing is left of one that cannot be loaded, but for what was cached.
   *
   * @param entry what the pointer says of it
   * @param base the version that it shall follow: the shards that are open there are opened here;
   *     null for the first one
   * @param planned is told what has to be fetched, before that begins
   * @return a snapshot with one pin, the caller's
   * @throws io.shardyfusion.DataDamagedException if something of it is damaged
   * @throws StorageException if something could not be fetched, or not be written, or does not fit
   * @throws InvalidRequestException if this reader cannot serve it
   */
  Snapshot load(PointerEntry entry, @Nullable Snapshot base, Consumer<RefreshPlan> planned) {
    Manifest manifest = dataset.manifest(entry.manifest());
    requireSameKeys(entry, manifest, base);
    List<ShardEntry> served = choice.served(manifest.shards(), datasetUri);
    Snapshot snapshot = snapshot(entry, manifest, served);
    try {
      List<ShardEntry> toOpen = toOpen(manifest, served, base);
      List<ShardDescriptor> toFetch = descriptors(toOpen);
      RefreshPlan plan = cache.space().plan(entry.version(), entry.manifest().sha256(), toFetch);
      planned.accept(plan);
      requireFit(plan);
      downloads.fetch(toFetch);
      open(snapshot, ids(toOpen));
      return snapshot;
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, snapshot);
      throw e;
    }
  }

  /** What it would take to load a version; fetches only documents. */
  RefreshPlan plan(PointerEntry entry, @Nullable Snapshot base) {
    Manifest manifest = dataset.manifest(entry.manifest());
    List<ShardEntry> served = choice.served(manifest.shards(), datasetUri);
    return cache
        .space()
        .plan(
            entry.version(),
            entry.manifest().sha256(),
            descriptors(toOpen(manifest, served, base)));
  }

  /**
   * Opens shards of a snapshot, several at a time; those that are open already cost nothing.
   *
   * @throws InvalidRequestException if one is not served; then none is opened
   */
  void open(Snapshot snapshot, Collection<Integer> shards) {
    shards.forEach(snapshot::requireServed);
    tasks.forEach(shards, snapshot::open);
  }

  private Snapshot snapshot(PointerEntry entry, Manifest manifest, List<ShardEntry> served) {
    Sha256 held = entry.manifest().sha256();
    cache.hold(held);
    try {
      return new Snapshot(
          datasetUri,
          entry,
          manifest,
          pool.hold(served, manifest.engine().profile()),
          meter,
          () -> cache.release(held));
    } catch (RuntimeException | Error e) {
      Cleanup.afterFailure(e, () -> cache.release(held));
      throw e;
    }
  }

  /** The descriptors of those of the shards that are not open yet, read several at a time. */
  private List<ShardDescriptor> descriptors(List<ShardEntry> shards) {
    List<ShardEntry> closed = shards.stream().filter(shard -> !pool.isOpen(shard)).toList();
    Map<Integer, ShardDescriptor> found = new ConcurrentSkipListMap<>();
    tasks.forEach(closed, shard -> found.put(shard.shard(), dataset.descriptor(shard)));
    return List.copyOf(found.values());
  }

  private static void requireFit(RefreshPlan plan) {
    if (plan.refusal() != null) {
      throw new StorageException("version " + plan.version() + " is refused: " + plan.refusal());
    }
  }

  /** The shards of a version that shall be open when it is swapped in. */
  private List<ShardEntry> toOpen(
      Manifest manifest, List<ShardEntry> served, @Nullable Snapshot base) {
    if (choice.eager()) {
      return served;
    }
    if (base == null) {
      return List.of();
    }
    Set<Integer> open = new HashSet<>();
    base.openShards().forEach(shard -> open.add(shard.shard()));
    if (!open.isEmpty() && !base.manifest().sharding().equals(manifest.sharding())) {
      // Keys have moved to other shards: whatever was asked for may be in any of them.
      return served;
    }
    return served.stream().filter(shard -> open.contains(shard.shard())).toList();
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
