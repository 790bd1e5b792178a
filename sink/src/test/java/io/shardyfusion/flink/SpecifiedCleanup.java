package io.shardyfusion.flink;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunNeeds;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Deletes what neither the newest version nor a run record names, with no grace: by the words of
 * the specification, to show that what they keep is enough.
 */
final class SpecifiedCleanup {

  private final ObjectStore store;
  private final Dataset dataset;
  private final Set<String> kept = new HashSet<>();
  private final List<Predicate<Instant>> young = new ArrayList<>();

  SpecifiedCleanup(ObjectStore store) {
    this.store = store;
    this.dataset = new Dataset(store);
  }

  /** Runs, and returns what it deleted. */
  List<String> run(NotYetNamed notYetNamed) {
    PointerEntry newest = dataset.pointer().orElseThrow().pointer().history().get(0);
    keep(newest.manifest());
    for (String key : keys(Layout.RUNS)) {
      keep(new RunRecords(store).find(key.replaceAll(".*/|\\.json", "")).orElseThrow());
    }
    List<String> deleted =
        Stream.of(Layout.MANIFESTS, Layout.SHARDS, Layout.FILES)
            .flatMap(this::list)
            .filter(o -> !kept.contains(o.key()))
            .filter(
                o ->
                    notYetNamed == NotYetNamed.GOES
                        || young.stream().noneMatch(y -> y.test(o.modified())))
            .map(ObjectInfo::key)
            .toList();
    store.delete(deleted);
    return deleted;
  }

  /** What becomes of what was stored for checkpoints that a run record does not name yet. */
  enum NotYetNamed {
    GOES,
    STAYS
  }

  private void keep(RunRecord run) {
    RunNeeds needs = run.needs();
    Instant from = run.startedAt();
    if (needs.base() != null) {
      keep(needs.base());
    }
    for (CheckpointNeeds checkpoint : needs.checkpoints()) {
      from = checkpoint.takenAt();
      if (checkpoint.manifest() != null) {
        keep(checkpoint.manifest());
      }
      checkpoint.descriptors().forEach(this::keep);
    }
    Instant first = from;
    Instant last = run.leaseExpiresAt() == null ? run.updatedAt() : run.leaseExpiresAt();
    young.add(stored -> !stored.isBefore(first) && !stored.isAfter(last));
  }

  private void keep(ManifestRef manifest) {
    kept.add(manifest.object());
    for (ShardEntry entry : dataset.manifest(manifest).shards()) {
      keep(new DescriptorRef(entry.shard(), entry.descriptor()));
    }
  }

  private void keep(DescriptorRef descriptor) {
    String key = descriptor.object();
    byte[] json = store.read(key, Limits.MAX_DESCRIPTOR_BYTES).orElseThrow().content();
    kept.add(key);
    ShardDescriptorParser.fromJson(key, json).files().stream()
        .map(TableFile::object)
        .forEach(kept::add);
  }

  private List<String> keys(String prefix) {
    return list(prefix).map(ObjectInfo::key).toList();
  }

  private Stream<ObjectInfo> list(String prefix) {
    try (Stream<ObjectInfo> objects = store.list(prefix)) {
      return objects.toList().stream();
    }
  }
}
