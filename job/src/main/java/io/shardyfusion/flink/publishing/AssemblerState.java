package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.pointer.Predecessor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state that the sink's writer needs after a restart. The shards are not in it: the write
 * operators report all of theirs in the first checkpoint of an attempt.
 *
 * @param shape routing and key encoding, which must not change
 * @param runId the run that wrote this
 * @param lineage the writer job, minted once
 * @param predecessor the version that the next one follows
 * @param publishedAt when the last manifest was stored, in milliseconds since the epoch; 0: never
 * @param watermark the highest one that was seen
 * @param changed whether a shard changed since the last manifest
 * @param newFiles the size of each table file that the last manifest does not have, by shard
 * @param counters what was done since the last manifest
 * @param input what was read since the lineage began, or null where that is not known, because it
 *     began before this was counted
 * @param cover the stored manifest that has most descriptors, or null if there is none, or it is
 *     not known which
 */
public record AssemblerState(
    String shape,
    String runId,
    String lineage,
    Predecessor predecessor,
    long publishedAt,
    long watermark,
    boolean changed,
    Map<Integer, Map<Sha256, Long>> newFiles,
    Map<String, Long> counters,
    @Nullable InputCounts input,
    @Nullable ManifestCover cover) {

  /** Copies the maps. */
  public AssemblerState {
    TreeMap<Integer, Map<Sha256, Long>> files = new TreeMap<>();
    newFiles.forEach((shard, sizes) -> files.put(shard, Map.copyOf(sizes)));
    newFiles = Collections.unmodifiableMap(files);
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
  }

  /** This state with the counts of the input. */
  public AssemblerState withInput(@Nullable InputCounts counts) {
    return new AssemblerState(
        shape,
        runId,
        lineage,
        predecessor,
        publishedAt,
        watermark,
        changed,
        newFiles,
        counters,
        counts,
        cover);
  }

  /** This state with the manifest that has most descriptors. */
  public AssemblerState withCover(@Nullable ManifestCover known) {
    return new AssemblerState(
        shape,
        runId,
        lineage,
        predecessor,
        publishedAt,
        watermark,
        changed,
        newFiles,
        counters,
        input,
        known);
  }
}
