package io.shardyfusion.flink.writing;

import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.shard.ShardImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The shards of one subtask, as they were at the last checkpoint. Used by one thread. */
final class OwnedShards {

  private final Map<Integer, ShardEntry> entries = new TreeMap<>();
  private final Map<Integer, Set<Sha256>> files = new HashMap<>();

  /** Returns whether nothing is known of any shard yet. */
  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Takes note of a shard that is in the store. */
  void restored(ShardEntry entry, ShardDescriptor descriptor) {
    remember(entry, descriptor);
  }

  /**
   * Takes note of a new image of a shard, and returns the report of it. An image of a shard that
   * was never written to is no change: there is only no other way to begin.
   */
  ShardReport changed(ShardImage image) {
    ShardDescriptor descriptor = image.descriptor();
    Set<Sha256> before = filesOf(descriptor.shard());
    ShardEntry entry =
        ShardEntry.of(descriptor, Sha256.of(ShardDescriptorParser.toJson(descriptor)));
    remember(entry, descriptor);
    return new ShardReport(
        entry,
        descriptor.sequence() > 0,
        descriptor.files().stream()
            .map(f -> new ReportedFile(f.sha256(), f.size(), !before.contains(f.sha256())))
            .toList());
  }

  private void remember(ShardEntry entry, ShardDescriptor descriptor) {
    entries.put(entry.shard(), entry);
    files.put(
        entry.shard(),
        descriptor.files().stream().map(TableFile::sha256).collect(Collectors.toUnmodifiableSet()));
  }

  /** The table files that a shard had at the last checkpoint. */
  Set<Sha256> filesOf(int shard) {
    return files.getOrDefault(shard, Set.of());
  }

  /** Every shard, as unchanged, but those that {@code changed} reports. */
  List<ShardReport> unchangedBut(Collection<ShardReport> changed) {
    Set<Integer> ids =
        changed.stream().map(r -> r.entry().shard()).collect(Collectors.toUnmodifiableSet());
    return entries.values().stream()
        .filter(e -> !ids.contains(e.shard()))
        .map(e -> new ShardReport(e, false, List.of()))
        .toList();
  }

  /** The bytes of the table files of all shards. */
  long bytes() {
    return entries.values().stream().mapToLong(ShardEntry::bytes).sum();
  }

  /** The bytes of the table files of the largest shard. */
  long largestBytes() {
    return entries.values().stream().mapToLong(ShardEntry::bytes).max().orElse(0);
  }
}
