package io.shardyfusion.pointer;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;

/**
 * A stored snapshot that is to be announced.
 *
 * @param manifest refers to its manifest
 * @param runId the run that publishes it
 * @param rows in the whole snapshot; 0 only if it has none
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param bytes of all its table files
 * @param lineage the writer job, 32 lower-case hexadecimal digits
 * @param epoch the checkpoint of that job, 0 in a backfill
 * @param predecessor the version that must be the newest so far
 * @param ifEmpty whether a snapshot without rows may replace one that has some
 */
public record Announcement(
    ManifestRef manifest,
    String runId,
    long rows,
    boolean rowsExact,
    long bytes,
    String lineage,
    long epoch,
    Predecessor predecessor,
    IfEmpty ifEmpty) {

  /** The fate of a snapshot without rows, where the current version has some. */
  public enum IfEmpty {
    /** It is refused: such a result is rarely meant. */
    REFUSE,
    /** It is announced like any other. */
    ANNOUNCE
  }

  /**
   * The announcement of {@code manifest}, stored as {@code ref}; refused if it is empty and the
   * current version is not.
   */
  public static Announcement of(
      ManifestRef ref, Manifest manifest, String lineage, Predecessor predecessor) {
    Long checkpoint = manifest.checkpointId();
    return new Announcement(
        ref,
        manifest.runId(),
        manifest.stats().rows(),
        manifest.stats().rowsExact(),
        manifest.stats().bytes(),
        lineage,
        checkpoint == null ? 0 : checkpoint,
        predecessor,
        IfEmpty.REFUSE);
  }

  /** True if it is certain that the snapshot has no rows. */
  boolean isEmpty() {
    return rows == 0 && rowsExact;
  }
}
