package io.shardyfusion.format;

import java.time.Instant;

/**
 * One version of a dataset, as the pointer lists it.
 *
 * @param version given when the entry joined the history; at least 1
 * @param manifest the snapshot's manifest
 * @param runId the run that published it, 32 lower-case hexadecimal digits
 * @param announcedAt when the entry joined the history, by the writer's clock; cut to the
 *     millisecond
 * @param rows in the whole snapshot
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param bytes of all its table files
 * @param status whether it may be served
 */
public record PointerEntry(
    long version,
    ManifestRef manifest,
    String runId,
    Instant announcedAt,
    long rows,
    boolean rowsExact,
    long bytes,
    VersionStatus status) {

  /** Checks the ranges. */
  public PointerEntry {
    Checks.atLeast("version", version, 1);
    Checks.atMost("version", version, Limits.MAX_VERSION);
    Checks.id("run_id", runId);
    announcedAt = Timestamps.millis("announced_at", announcedAt);
    Checks.atLeast("rows", rows, 0);
    Checks.atLeast("bytes", bytes, 0);
  }

  /** An entry whose number of rows is exact. */
  public PointerEntry(
      long version,
      ManifestRef manifest,
      String runId,
      Instant announcedAt,
      long rows,
      long bytes,
      VersionStatus status) {
    this(version, manifest, runId, announcedAt, rows, true, bytes, status);
  }

  /** This entry with another status. */
  public PointerEntry withStatus(VersionStatus newStatus) {
    return new PointerEntry(
        version, manifest, runId, announcedAt, rows, rowsExact, bytes, newStatus);
  }
}
