package io.shardyfusion.flink;

import io.shardyfusion.SoftwareVersion;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.runtime.util.EnvironmentInformation;

/**
 * The sink's writer: gathers the report of every shard, and stores the manifest when all are there.
 */
final class ManifestAssembler implements CommittingSinkWriter<ShardReport, Publication> {

  private final SinkSettings settings;
  private final CountingObjectStore store;
  private final Clock clock;
  private final Map<Integer, ShardReport> reports = new TreeMap<>();

  /** An assembler that stores into {@code store} and closes it in the end. */
  ManifestAssembler(SinkSettings settings, ObjectStore store, Clock clock) {
    this.settings = settings;
    this.store = new CountingObjectStore(store);
    this.clock = clock;
  }

  @Override
  public void write(ShardReport report, Context context) {
    if (reports.put(report.entry().shard(), report) != null) {
      throw new IllegalStateException("shard " + report.entry().shard() + " was reported twice");
    }
  }

  @Override
  public void flush(boolean endOfInput) {}

  @Override
  public Collection<Publication> prepareCommit() {
    if (reports.isEmpty()) {
      return List.of();
    }
    int shards = settings.sharding().numShards();
    if (reports.size() != shards) {
      throw new IllegalStateException(
          "expected the reports of " + shards + " shards, found " + reports.size());
    }
    Manifest manifest = manifest();
    ManifestRef ref = new Publisher(store, clock).store(manifest);
    Publication publication =
        new Publication(
            ref, manifest.stats().rows(), manifest.stats().bytes(), 0, counters(manifest.stats()));
    reports.clear();
    return List.of(publication);
  }

  private Manifest manifest() {
    List<ShardEntry> entries = new ArrayList<>(reports.size());
    reports.values().forEach(r -> entries.add(r.entry()));
    return new Manifest(
        UUID.randomUUID().toString().replace("-", ""),
        settings.parent(),
        settings.runId(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        new ManifestWriter(
            "flink", EnvironmentInformation.getVersion(), SoftwareVersion.current(), "batch"),
        null,
        null,
        settings.sharding(),
        settings.keyEncoding(),
        settings.valueFormat(),
        ShardBuilder.engine(settings.profile()),
        stats(entries),
        settings.custom(),
        entries);
  }

  private SnapshotStats stats(List<ShardEntry> entries) {
    return new SnapshotStats(
        entries.stream().mapToLong(ShardEntry::rows).sum(),
        entries.stream().allMatch(ShardEntry::rowsExact),
        entries.stream().mapToLong(ShardEntry::bytes).sum(),
        entries.stream().mapToLong(ShardEntry::files).sum(),
        reports.values().stream().mapToLong(ShardReport::newBytes).sum(),
        reports.values().stream().mapToLong(ShardReport::newFiles).sum());
  }

  private Map<String, Long> counters(SnapshotStats stats) {
    return Map.of(
        RunCounters.FILES,
        stats.files(),
        RunCounters.NEW_BYTES,
        stats.newBytes(),
        RunCounters.PUTS,
        store.puts() + reports.values().stream().mapToLong(ShardReport::puts).sum(),
        RunCounters.GETS,
        store.gets() + reports.values().stream().mapToLong(ShardReport::gets).sum());
  }

  @Override
  public void close() {
    store.close();
  }
}
