package io.shardyfusion.reader;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * The receiver of a reader's metrics. One object serves one reader. Each method may be left out.
 *
 * <p>Counts and sizes are asked for, through {@link ReaderStats}; times are told. Calls come from
 * the threads that look up and refresh: implementations are thread-safe and quick. What one throws
 * is logged, of lookups once, and harms nothing.
 */
public interface ReaderMetrics {

  /** Reports nowhere. */
  ReaderMetrics NONE = new ReaderMetrics() {};

  /**
   * The reader was opened.
   *
   * @param dataset its URI
   * @param stats what the reader has counted so far; may be asked at any time, also after the
   *     reader was closed
   */
  default void opened(String dataset, Supplier<ReaderStats> stats) {}

  /**
   * A lookup of one key was made, the first one in its shard perhaps, which fetches that. Only one
   * in 64 lookups is timed, by chance.
   */
  default void lookupTime(long nanos) {}

  /**
   * Another version is served.
   *
   * @param took from the look at the pointer to the swap
   * @param fetchedBytes of table files that were downloaded for it
   */
  default void refreshed(Duration took, long fetchedBytes) {}

  /** A refresh failed. */
  default void refreshFailed(Duration took, RuntimeException cause) {}

  /** The reader was closed. */
  default void closed() {}
}
