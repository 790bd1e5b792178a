package io.shardyfusion.reader;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The counts of a reader since it was opened, and the sizes of what it holds.
 *
 * @param lookups keys that were looked up, in views too
 * @param misses those of them that were not there
 * @param refreshes versions that were swapped in after the first
 * @param refreshFailures refreshes that failed
 * @param fetchedFiles table files that were downloaded
 * @param fetchedBytes of them
 * @param versionsOpen the version that is served, and those that lookups, views and cursors still
 *     use; 0 when closed
 * @param shardsOpen databases that are open, over all versions; 0 when closed
 * @param cacheBytes of the local cache directory, with what others have there, as counted at the
 *     start and after each swap; -1 if that is not known
 * @param blockCacheBytes in use of the block cache; 0 when closed
 */
@RecordBuilder
@RecordBuilder.Options(enableWither = false)
public record ReaderStats(
    long lookups,
    long misses,
    long refreshes,
    long refreshFailures,
    long fetchedFiles,
    long fetchedBytes,
    int versionsOpen,
    int shardsOpen,
    long cacheBytes,
    long blockCacheBytes) {

  /** A builder of counts; those that it is not given are 0. */
  public static ReaderStatsBuilder builder() {
    return ReaderStatsBuilder.builder();
  }
}
