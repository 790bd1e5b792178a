package io.shardyfusion.snapshot;

import java.util.List;

/**
 * The findings of a verification.
 *
 * @param objects the distinct objects that were read: pointer, manifest, shard descriptors, table
 *     files
 * @param bytes of those objects
 * @param rows counted by a deep verification; otherwise as the manifest states them
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param problems what is wrong, one sentence each; empty if all is well
 */
public record VerifyReport(
    long objects, long bytes, long rows, boolean rowsExact, List<String> problems) {

  /** Copies the problems. */
  public VerifyReport {
    problems = List.copyOf(problems);
  }

  /** Returns whether no problem was found. */
  public boolean ok() {
    return problems.isEmpty();
  }
}
