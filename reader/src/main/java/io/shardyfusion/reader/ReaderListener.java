package io.shardyfusion.reader;

/**
 * Is told what happens to a reader's version. Each method may be left out.
 *
 * <p>All calls come from one thread of the reader, named {@code shardyfusion-listener-n}, one after
 * the other, in the order of what happened and after it: a listener that is slow, or throws, delays
 * the next call, and nothing else. What it throws is logged. After the reader was closed no call
 * begins.
 */
public interface ReaderListener {

  /**
   * The dataset names another version than the one that is served, higher or lower.
   *
   * @param served the version that is served
   * @param next the version that shall be
   */
  default void detected(long served, long next) {}

  /**
   * The version's shards are about to be fetched and opened.
   *
   * @param plan what that takes
   */
  default void downloading(RefreshPlan plan) {}

  /**
   * Another version is served.
   *
   * @param before what was served
   * @param now what is served; another swap may have come since
   */
  default void swapped(SnapshotInfo before, SnapshotInfo now) {}

  /**
   * A refresh failed; the reader serves what it served before, and will try again.
   *
   * @param served the version that is served
   * @param cause why; a {@link io.shardyfusion.ShardyfusionException}, or a defect
   */
  default void failed(long served, RuntimeException cause) {}
}
