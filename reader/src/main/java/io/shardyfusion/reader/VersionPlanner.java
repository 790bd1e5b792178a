package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.reader.cache.CacheCapacity;
import io.shardyfusion.reader.cache.FetchPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what it takes to serve a version. Reads documents, which the cache keeps, and the local
 * disk; fetches no table file, and holds nothing. Thread-safe.
 */
final class VersionPlanner {

  private final String datasetUri;
  private final Dataset dataset;
  private final ShardChoice choice;
  private final ShardPool pool;
  private final ShardExecutor executor;
  private final CacheCapacity capacity;

  /**
   * A planner for versions of one dataset. Owns nothing of what it is given.
   *
   * @param choice which shards are served, and when they are opened
   * @param pool knows the shards that are open
   */
  VersionPlanner(
      String datasetUri,
      Dataset dataset,
      ShardChoice choice,
      ShardPool pool,
      ShardExecutor executor,
      CacheCapacity capacity) {
    this.datasetUri = datasetUri;
    this.dataset = dataset;
    this.choice = choice;
    this.pool = pool;
    this.executor = executor;
    this.capacity = capacity;
  }

  /**
   * A plan for the first version that is served.
   *
   * @throws io.shardyfusion.DataDamagedException if a document of it is damaged
   * @throws io.shardyfusion.StorageException if one could not be fetched
   * @throws InvalidRequestException if it does not have a shard that shall be served
   */
  VersionPlan first(PointerEntry entry) {
    return plan(entry, dataset.manifest(entry.manifest()), null);
  }

  /**
   * A plan for a version that shall follow another: the shards that are open there are opened.
   *
   * @throws InvalidRequestException if this reader cannot serve it; for the rest see {@link #first}
   */
  VersionPlan next(PointerEntry entry, Snapshot base) {
    Manifest manifest = dataset.manifest(entry.manifest());
    requireSameKeys(entry, manifest, base);
    return plan(entry, manifest, base);
  }

  /** The shards of a version that are served; reads its manifest. Throws as {@link #first}. */
  List<ShardEntry> served(PointerEntry entry) {
    return choice.served(dataset.manifest(entry.manifest()).shards(), datasetUri);
  }

  /** Tells what a version would take, be it one that could follow or not. */
  RefreshPlan estimate(PointerEntry entry, Snapshot base) {
    return plan(entry, dataset.manifest(entry.manifest()), base).summary();
  }

  /** The plan with the room that there is now, after something of the cache was given up. */
  VersionPlan measuredAgain(VersionPlan plan) {
    return plan.with(files(plan.entry(), List.copyOf(plan.descriptors().values())));
  }

  private VersionPlan plan(PointerEntry entry, Manifest manifest, @Nullable Snapshot base) {
    List<ShardEntry> served = choice.served(manifest.shards(), datasetUri);
    List<ShardEntry> toOpen = toOpen(manifest, served, base);
    Map<Integer, ShardDescriptor> descriptors = descriptors(toOpen);
    FetchPlan files = files(entry, List.copyOf(descriptors.values()));
    return new VersionPlan(entry, manifest, served, toOpen, descriptors, files);
  }

  private FetchPlan files(PointerEntry entry, List<ShardDescriptor> shards) {
    return capacity.plan(entry.manifest().sha256(), shards);
  }

  /** The descriptors of those of the shards that are not open yet, read several at a time. */
  private Map<Integer, ShardDescriptor> descriptors(List<ShardEntry> shards) {
    List<ShardEntry> closed = shards.stream().filter(shard -> !pool.isOpen(shard)).toList();
    Map<Integer, ShardDescriptor> found = new ConcurrentSkipListMap<>();
    executor.forEach(closed, shard -> found.put(shard.shard(), dataset.descriptor(shard)));
    return found;
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

  private void requireSameKeys(PointerEntry entry, Manifest manifest, Snapshot base) {
    if (base.encoding().type() == manifest.keyEncoding().type()) {
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
