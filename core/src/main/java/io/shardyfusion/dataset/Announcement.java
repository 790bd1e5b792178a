package io.shardyfusion.dataset;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;

/**
 * A stored snapshot that is to be announced.
 *
 * @param manifest refers to its manifest
 * @param runId the run that publishes it
 * @param rows in the whole snapshot
 * @param bytes of all its table files
 * @param lineage the writer job, 32 lower-case hexadecimal digits
 * @param epoch the checkpoint of that job, 0 in a backfill
 * @param predecessor the version that must be the newest so far
 */
public record Announcement(
    ManifestRef manifest,
    String runId,
    long rows,
    long bytes,
    String lineage,
    long epoch,
    Predecessor predecessor) {

  /** The announcement of {@code manifest}, stored as {@code ref}. */
  public static Announcement of(
      ManifestRef ref, Manifest manifest, String lineage, Predecessor predecessor) {
    Long checkpoint = manifest.checkpointId();
    return new Announcement(
        ref,
        manifest.runId(),
        manifest.stats().rows(),
        manifest.stats().bytes(),
        lineage,
        checkpoint == null ? 0 : checkpoint,
        predecessor);
  }
}
