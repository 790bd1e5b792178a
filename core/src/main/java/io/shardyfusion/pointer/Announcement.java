package io.shardyfusion.pointer;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.SnapshotStats;

/**
 * A stored snapshot that is to be announced.
 *
 * @param manifest refers to its manifest
 * @param runId the run that publishes it
 * @param size its rows and bytes
 * @param lineage the writer job, 32 lower-case hexadecimal digits
 * @param epoch the checkpoint of that job, 0 in a backfill
 * @param predecessor the version that must be the newest so far
 */
public record Announcement(
    ManifestRef manifest,
    String runId,
    Size size,
    String lineage,
    long epoch,
    Predecessor predecessor) {

  /**
   * The size of a snapshot, as the pointer's history tells it.
   *
   * @param rows in the whole snapshot; 0 only if it has none
   * @param rowsExact whether {@code rows} is exact, or an estimate
   * @param bytes of all its table files
   */
  public record Size(long rows, boolean rowsExact, long bytes) {

    /** The size that a manifest gives. */
    public static Size of(SnapshotStats stats) {
      return new Size(stats.rows(), stats.rowsExact(), stats.bytes());
    }

    /** True if it is certain that the snapshot has no rows. */
    boolean isEmpty() {
      return rows == 0 && rowsExact;
    }
  }

  /** The fate of a snapshot without rows, where the current version has some. */
  public enum IfEmpty {
    /** It is refused: such a result is rarely meant. */
    REFUSE,
    /** It is announced like any other. */
    ANNOUNCE
  }

  /** The announcement of {@code manifest}, stored as {@code ref}. */
  public static Announcement of(
      ManifestRef ref, Manifest manifest, String lineage, Predecessor predecessor) {
    Long checkpoint = manifest.checkpointId();
    return new Announcement(
        ref,
        manifest.runId(),
        Size.of(manifest.stats()),
        lineage,
        checkpoint == null ? 0 : checkpoint,
        predecessor);
  }

  /** This announcement, to follow another version. */
  public Announcement after(Predecessor other) {
    return new Announcement(manifest, runId, size, lineage, epoch, other);
  }
}
