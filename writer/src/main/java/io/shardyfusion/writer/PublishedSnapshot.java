package io.shardyfusion.writer;

import io.shardyfusion.bulk.RowCounts;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.VersionStatus;

/**
 * A snapshot that was published, and what that took.
 *
 * @param entry of the snapshot in the dataset's history
 * @param runId the run that published it, 32 lower-case hexadecimal digits
 * @param rows the rows that the writer was given, by what became of them
 * @param stats the sums over all shards
 * @param puts requests that wrote objects
 * @param gets requests that read objects
 */
public record PublishedSnapshot(
    PointerEntry entry, String runId, RowCounts rows, SnapshotStats stats, long puts, long gets) {

  /** The version that it has. */
  public long version() {
    return entry.version();
  }

  /** The snapshot's manifest. */
  public ManifestRef manifest() {
    return entry.manifest();
  }

  /** True if readers do not see it: the dataset is pinned to another version. */
  public boolean isHeld() {
    return entry.status() == VersionStatus.HELD;
  }
}
