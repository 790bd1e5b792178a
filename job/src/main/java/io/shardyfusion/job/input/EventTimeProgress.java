package io.shardyfusion.job.input;

import java.time.Duration;

/**
 * Progress of event time in one subtask: the watermark behind the latest time seen. It never goes
 * back.
 */
public final class EventTimeProgress {

  private final long maxOutOfOrderness;
  private long watermark;

  /** Progress that begins at a watermark; {@link Long#MIN_VALUE}: at none. */
  public EventTimeProgress(Duration maxOutOfOrderness, long watermark) {
    this.maxOutOfOrderness = maxOutOfOrderness.toMillis();
    this.watermark = watermark;
  }

  /** Takes the time of a row into account. */
  public void saw(long millis) {
    watermark = Math.max(watermark, millis - maxOutOfOrderness - 1);
  }

  /** The time up to which all rows were seen; {@link Long#MIN_VALUE} before the first row. */
  public long watermark() {
    return watermark;
  }
}
