package io.shardyfusion.dataset;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.WriterIdentity;

/**
 * A stored snapshot that is to be announced.
 *
 * @param manifest refers to its manifest
 * @param runId the run that publishes it
 * @param rows in the whole snapshot
 * @param bytes of all its table files
 * @param writer who announces it
 */
public record Announcement(
    ManifestRef manifest, String runId, long rows, long bytes, WriterIdentity writer) {

  /** The announcement of {@code manifest}, stored as {@code ref}. */
  public static Announcement of(ManifestRef ref, Manifest manifest, WriterIdentity writer) {
    return new Announcement(
        ref, manifest.runId(), manifest.stats().rows(), manifest.stats().bytes(), writer);
  }
}
