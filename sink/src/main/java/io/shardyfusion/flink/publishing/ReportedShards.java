package io.shardyfusion.flink.publishing;

import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.run.RunCounters;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All shards at one checkpoint, as far as they are known: the latest report of each, and what is
 * new since the last manifest.
 *
 * <p>A checkpoint may be aborted when some subtasks have reported it and others have not, and then
 * the barrier that would end its round never comes. What was reported is true all the same, and is
 * reported once only, so it is kept. The next checkpoint's reports may come before another
 * subtask's of the aborted one; of each subtask they come in order.
 */
final class ReportedShards {

  private static final Long NEVER = -1L;

  private final int numShards;
  private final Map<Integer, ShardEntry> entries = new TreeMap<>();
  private final Map<Integer, Map<Sha256, Long>> newFiles;
  private final Map<String, Long> counters;
  private @Nullable InputCounts input;
  private boolean changed;

  /** Null while no stored manifest is known that has most descriptors. */
  private @Nullable ManifestRef covering;

  /** The shards whose descriptors that one does not have. */
  private final Set<Integer> uncovered = new TreeSet<>();

  /** True if a descriptor changed since the last checkpoint of which it was noted. */
  private boolean mustNote = true;

  /** The checkpoint that each subtask reported last, of those since the last complete one. */
  private final Map<Integer, Long> reported = new HashMap<>();

  /** The subtasks whose input has ended: what they reported last stays true. */
  private final Set<Integer> ended = new HashSet<>();

  private int subtasks;

  ReportedShards(int numShards) {
    this(numShards, Unpublished.NONE, null, null);
  }

  /**
   * The shards as they were when the state of an earlier attempt was written.
   *
   * @param input what was read since the lineage began, or null where that is not known
   * @param cover the stored manifest that has most descriptors, or null where none is known
   */
  ReportedShards(
      int numShards,
      Unpublished unpublished,
      @Nullable InputCounts input,
      @Nullable ManifestCover cover) {
    this.numShards = numShards;
    this.changed = unpublished.changed();
    this.newFiles = new TreeMap<>(unpublished.newFiles());
    this.counters = new TreeMap<>(unpublished.counters());
    this.input = input;
    if (cover != null) {
      covering = cover.manifest();
      uncovered.addAll(cover.others());
    }
  }

  /** Takes a report. */
  void add(SubtaskReport report) {
    Long before = reported.put(report.subtask(), report.checkpoint());
    if (before != null && before >= report.checkpoint()) {
      throw new IllegalStateException(
          "subtask %s reported checkpoint %s after checkpoint %s"
              .formatted(report.subtask(), report.checkpoint(), before));
    }
    subtasks = report.subtasks();
    if (report.isLast()) {
      ended.add(report.subtask());
    }
    report.shards().forEach(this::add);
    SubtaskReport.Rows rows = report.rows();
    if (input != null) {
      // A row that can be read is one record; the others say how many they are.
      long read = rows.records() + rows.bad();
      input = input.plus(new InputCounts(read, rows.deletes(), rows.bad()));
    }
    count(RunCounters.RECORDS, rows.records());
    count(RunCounters.DELETES, rows.deletes());
    count(RunCounters.BAD_ROWS, rows.bad());
    count(RunCounters.PUTS, report.requests().puts());
    count(RunCounters.GETS, report.requests().gets());
  }

  private void add(ShardReport report) {
    int shard = report.entry().shard();
    entries.put(shard, report.entry());
    if (!report.changed()) {
      return;
    }
    changed = true;
    mustNote = true;
    uncovered.add(shard);
    Map<Sha256, Long> before = newFiles.getOrDefault(shard, Map.of());
    Map<Sha256, Long> after = new HashMap<>();
    for (ReportedFile file : report.files()) {
      if (file.isNew() || before.containsKey(file.sha256())) {
        after.put(file.sha256(), file.size());
      }
    }
    newFiles.put(shard, after);
  }

  private void count(String counter, long more) {
    counters.merge(counter, more, Long::sum);
  }

  /**
   * Ends the round of reports, and returns their checkpoint. At the end of input the subtasks may
   * not agree on it: one that was aborted may have reached some of them only.
   *
   * @param last whether the input has ended
   * @throws IllegalStateException if the report of a subtask or shard is missing: a snapshot made
   *     of this would be torn
   */
  long completeCheckpoint(boolean last) {
    long checkpoint = Collections.max(reported.values());
    long complete =
        IntStream.range(0, subtasks)
            .filter(
                s -> ended.contains(s) || (!last && reported.getOrDefault(s, NEVER) == checkpoint))
            .count();
    if (complete != subtasks || entries.size() != numShards) {
      throw new IllegalStateException(
          "checkpoint %s: expected the reports of %s subtasks and %s shards, found %s and %s"
              .formatted(checkpoint, subtasks, numShards, complete, entries.size()));
    }
    reported.clear();
    return checkpoint;
  }

  boolean hasReports() {
    return !reported.isEmpty();
  }

  /** Returns whether a shard changed since the last manifest. */
  boolean changed() {
    return changed;
  }

  /** All shards, in the order of their ids. */
  List<ShardEntry> entries() {
    return List.copyOf(entries.values());
  }

  /** The sums of all shards. */
  SnapshotStats stats() {
    return new SnapshotStats(
        entries.values().stream().mapToLong(ShardEntry::rows).sum(),
        entries.values().stream().allMatch(ShardEntry::rowsExact),
        entries.values().stream().mapToLong(ShardEntry::bytes).sum(),
        entries.values().stream().mapToLong(ShardEntry::files).sum(),
        newFiles.values().stream().flatMap(f -> f.values().stream()).mapToLong(n -> n).sum(),
        newFiles.values().stream().mapToLong(Map::size).sum());
  }

  /**
   * The counts of what was read up to the reports since the lineage began, published or not; null
   * where that is not known.
   */
  @Nullable InputCounts input() {
    return input;
  }

  /** The changes since the last manifest. */
  Unpublished unpublished() {
    return new Unpublished(changed, newFiles, counters);
  }

  /**
   * Returns whether it must be noted what this checkpoint needs: of the first of an attempt, which
   * may be that of a new run, and of those in which a descriptor changed.
   */
  boolean mustNote() {
    return mustNote;
  }

  /**
   * The descriptors that the {@linkplain #cover covering} manifest does not have; all without it.
   */
  List<DescriptorRef> uncovered() {
    return entries.values().stream()
        .filter(e -> covering == null || uncovered.contains(e.shard()))
        .map(e -> new DescriptorRef(e.shard(), e.descriptor()))
        .toList();
  }

  /** The stored manifest that has all descriptors but some, or null where none is known. */
  @Nullable ManifestCover cover() {
    return covering == null ? null : new ManifestCover(covering, uncovered);
  }

  /** It was noted what this checkpoint needs. */
  void noted() {
    mustNote = false;
  }

  /** A manifest of this checkpoint was stored, published or not. */
  void stored(ManifestRef manifest) {
    covering = manifest;
    uncovered.clear();
  }

  /** A manifest was published: from now on, changes are counted against it. */
  void published() {
    changed = false;
    newFiles.clear();
    counters.clear();
  }
}
