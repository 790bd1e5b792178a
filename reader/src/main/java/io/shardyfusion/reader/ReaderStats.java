package io.shardyfusion.reader;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a reader since it was opened, the sizes of what it holds, and how fresh that is.
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
 * @param version that is served
 * @param versionsBehind the dataset's current version, as last read, minus the one that is served;
 *     negative where a rollback is not followed yet
 * @param announcedAge the time since the version was announced, by this machine's clock; zero where
 *     the clocks disagree
 * @param watermarkLag the time since the event time up to which the version is complete, by this
 *     machine's clock, negative where that lies ahead; null if the version does not say
 * @param checkedAge the time since the last successful look at the pointer; null if that is not
 *     known, or the reader was opened at a version and does not look
 * @param health as {@link ShardedReader#health} says it
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
    long blockCacheBytes,
    long version,
    long versionsBehind,
    Duration announcedAge,
    @Nullable Duration watermarkLag,
    @Nullable Duration checkedAge,
    ReaderHealth.Status health) {

  /** A builder of counts; those that it is not given are 0, and the reader is healthy. */
  public static ReaderStatsBuilder builder() {
    return ReaderStatsBuilder.builder()
        .announcedAge(Duration.ZERO)
        .health(ReaderHealth.Status.HEALTHY);
  }
}
