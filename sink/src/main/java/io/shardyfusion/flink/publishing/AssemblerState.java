package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.InputCounts;
import io.shardyfusion.pointer.Predecessor;
import org.jspecify.annotations.Nullable;

/**
 * The state that the sink's writer needs after a restart. The shards are not in it: the write
 * operators report all of theirs in the first checkpoint of an attempt.
 *
 * @param writer the writer
 * @param predecessor the version that the next one follows
 * @param publishedAt when the last manifest was stored, in milliseconds since the epoch; 0: never
 * @param watermark the highest one that was seen
 * @param unpublished the changes since the last manifest
 * @param input what was read since the lineage began, or null where that is not known, because it
 *     began before this was counted
 * @param cover the stored manifest that has most descriptors, or null if there is none, or it is
 *     not known which
 */
public record AssemblerState(
    Writer writer,
    Predecessor predecessor,
    long publishedAt,
    long watermark,
    Unpublished unpublished,
    @Nullable InputCounts input,
    @Nullable ManifestCover cover) {

  /**
   * The writer of this state.
   *
   * @param shape routing and key encoding, which must not change
   * @param runId the run that wrote this
   * @param lineage the writer job, minted once
   */
  public record Writer(String shape, String runId, String lineage) {}

  /** This state with the counts of the input. */
  public AssemblerState withInput(@Nullable InputCounts counts) {
    return new AssemblerState(
        writer, predecessor, publishedAt, watermark, unpublished, counts, cover);
  }

  /** This state with the manifest that has most descriptors. */
  public AssemblerState withCover(@Nullable ManifestCover known) {
    return new AssemblerState(
        writer, predecessor, publishedAt, watermark, unpublished, input, known);
  }
}
