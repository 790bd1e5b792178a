package io.shardyfusion.reader;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The cost of serving a version from local files, and whether there is room for it. It holds for
 * the moment at which it was made: other readers and processes share the cache and the disk.
 *
 * @param version the version that would be served
 * @param shards the number of shards whose files are needed and not open yet
 * @param filesToFetch the number of table files to download
 * @param bytesToFetch the bytes of these
 * @param bytesCached the bytes of the needed files that are in the cache already
 * @param diskFreeBytes the bytes that this process may still write to the cache's disk
 * @param cacheFreeBytes the bytes that the cache may still take once everything is removed that no
 *     live reader and not this version needs; empty if the cache has no bound
 * @param refusal why it does not fit, and what to do about it; null if it fits
 */
@RecordBuilder
@RecordBuilder.Options(enableWither = false)
public record RefreshPlan(
    long version,
    int shards,
    int filesToFetch,
    long bytesToFetch,
    long bytesCached,
    long diskFreeBytes,
    OptionalLong cacheFreeBytes,
    @Nullable String refusal) {

  /** Returns whether there is room for what is to be fetched. */
  public boolean fits() {
    return refusal == null;
  }
}
