package io.shardyfusion.pointer;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that goes on by a millisecond whenever it is looked at. */
final class TickingClock extends Clock {

  private final AtomicReference<Instant> now;

  TickingClock(Instant start) {
    this.now = new AtomicReference<>(start);
  }

  @Override
  public Instant instant() {
    return now.updateAndGet(i -> i.plusMillis(1));
  }

  /** The time that was told last. */
  Instant last() {
    return now.get();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
