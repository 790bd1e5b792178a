package io.shardyfusion.reader;

import java.time.Instant;
import java.util.function.Predicate;

/**
 * The version or watermark that a caller waits for a reader to reach: see {@link
 * ShardedReader#awaitAtLeast}. Immutable.
 */
public final class AtLeast {

  private final String text;
  private final Predicate<SnapshotInfo> reached;

  private AtLeast(String text, Predicate<SnapshotInfo> reached) {
    this.text = text;
    this.reached = reached;
  }

  /** That version, or a later one. */
  public static AtLeast version(long version) {
    return new AtLeast("version " + version, s -> s.version() >= version);
  }

  /** A version that is complete up to that event time; one without a watermark is not. */
  public static AtLeast watermark(Instant time) {
    return new AtLeast(
        "watermark " + time, s -> s.watermark() != null && !s.watermark().isBefore(time));
  }

  /**
   * A version of that Flink checkpoint, or a later one; a backfill, which has none, is not. A job
   * that is started anew, without its state, counts its checkpoints from one again.
   */
  public static AtLeast checkpoint(long id) {
    return new AtLeast("checkpoint " + id, s -> s.checkpointId() != null && s.checkpointId() >= id);
  }

  /** Returns whether a snapshot is at least that. */
  public boolean reachedBy(SnapshotInfo snapshot) {
    return reached.test(snapshot);
  }

  @Override
  public String toString() {
    return text;
  }
}
