package io.shardyfusion.format;

/**
 * The sums of a snapshot.
 *
 * @param rows in all shards
 * @param rowsExact whether {@code rows} is exact
 * @param bytes of all table files
 * @param files the number of table files
 * @param newBytes of the table files that the parent does not have
 * @param newFiles the number of table files that the parent does not have
 */
public record SnapshotStats(
    long rows, boolean rowsExact, long bytes, long files, long newBytes, long newFiles) {

  /** Checks the ranges. */
  public SnapshotStats {
    Checks.atLeast("rows", rows, 0);
    Checks.atLeast("bytes", bytes, 0);
    Checks.atLeast("files", files, 0);
    Checks.atLeast("new_bytes", newBytes, 0);
    Checks.atLeast("new_files", newFiles, 0);
    Checks.atMost("new_bytes", newBytes, bytes);
    Checks.atMost("new_files", newFiles, files);
  }
}
