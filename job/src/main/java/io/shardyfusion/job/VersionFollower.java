package io.shardyfusion.job;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.open.ObjectStores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the versions that a run announces, each once and in order. Used by one thread. */
final class VersionFollower implements AutoCloseable {

  private final String runId;
  private final Instant startedAt = Instant.now();
  private final ObjectStore store;
  private final Dataset dataset;
  private @Nullable ObjectTag tag;
  private long told;

  VersionFollower(SnapshotJobConfig config, String runId) {
    this.runId = runId;
    this.store = ObjectStores.open(config.dataset(), config.store());
    this.dataset = new Dataset(store);
  }

  /** Tells what was announced since the last call. Costs one conditional read if nothing was. */
  void poll(Consumer<AnnouncedVersion> versions) {
    Pointer pointer = changedPointer();
    if (pointer == null) {
      return;
    }
    List<PointerEntry> entries = new ArrayList<>();
    for (PointerEntry entry : pointer.history()) {
      if (entry.version() > told
          && entry.runId().equals(runId)
          && entry.status() == VersionStatus.ANNOUNCED) {
        entries.add(entry);
      }
    }
    Collections.reverse(entries);
    for (PointerEntry entry : entries) {
      versions.accept(describe(entry));
      told = entry.version();
    }
  }

  private @Nullable Pointer changedPointer() {
    if (tag == null) {
      return dataset
          .pointer()
          .map(
              state -> {
                tag = state.tag();
                return state.pointer();
              })
          .orElse(null);
    }
    ConditionalRead read = store.readIfChanged(Layout.POINTER, tag, Limits.MAX_POINTER_BYTES);
    if (read instanceof ConditionalRead.Changed changed) {
      tag = changed.object().tag();
      return PointerParser.fromJson(Layout.POINTER, changed.object().content());
    }
    return null;
  }

  private AnnouncedVersion describe(PointerEntry entry) {
    Manifest manifest = dataset.manifest(entry.manifest());
    Map<String, Long> done =
        new RunRecords(store).find(runId).map(RunRecord::counters).orElse(Map.of());
    InputCounts input = manifest.input();
    Instant watermark = manifest.watermark();
    return new AnnouncedVersion(
        entry.version(),
        entry.manifest().object(),
        runId,
        new AnnouncedVersion.Rows(
            input == null ? null : input.rowsRead(),
            manifest.stats().rowsExact() ? manifest.stats().rows() : null,
            null,
            input == null ? null : input.deletes(),
            input == null ? null : input.badRows()),
        new AnnouncedVersion.Size(
            manifest.sharding().numShards(),
            manifest.stats().files(),
            manifest.stats().bytes(),
            manifest.stats().newBytes()),
        new AnnouncedVersion.Effort(
            done.getOrDefault(RunCounters.PUTS, 0L),
            done.getOrDefault(RunCounters.GETS, 0L),
            // Negative where the clock was set back.
            Math.max(0, Duration.between(startedAt, entry.announcedAt()).toMillis()),
            Map.of("announce", done.getOrDefault(RunCounters.ANNOUNCE_MILLIS, 0L))),
        new AnnouncedVersion.Checkpoint(
            manifest.checkpointId(), watermark == null ? null : watermark.toString()));
  }

  @Override
  public void close() {
    store.close();
  }
}
