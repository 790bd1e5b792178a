package io.shardyfusion.reader;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the lookups of a reader, and times some of them. Thread-safe.
 *
 * <p>It costs some ten nanoseconds a lookup. Reading the clock twice would cost five times as much,
 * a tenth of a lookup of a missing key, so only one in {@value #SAMPLING} is timed, by chance: a
 * fixed rhythm could fall in with that of the caller.
 */
final class LookupMeter {

  private static final Logger LOG = LoggerFactory.getLogger(LookupMeter.class);

  /** A power of two. */
  static final int SAMPLING = 64;

  /** What {@link #begin} returns for a lookup that is not timed. */
  private static final long UNTIMED = 0;

  private final ReaderMetrics metrics;

  /** Apart, so that a lookup adds to one of them only. */
  private final LongAdder found = new LongAdder();

  private final LongAdder missed = new LongAdder();
  private final AtomicBoolean failed = new AtomicBoolean();

  LookupMeter(ReaderMetrics metrics) {
    this.metrics = metrics;
  }

  /** Begins a lookup of one key; what it returns goes to {@link #end}. */
  long begin() {
    if (metrics == ReaderMetrics.NONE
        || (ThreadLocalRandom.current().nextInt() & (SAMPLING - 1)) != 0) {
      return UNTIMED;
    }
    return System.nanoTime() | 1;
  }

  /** Ends a lookup of one key. */
  void end(long began, boolean wasFound) {
    (wasFound ? found : missed).increment();
    if (began != UNTIMED) {
      report(System.nanoTime() - began);
    }
  }

  /** Counts lookups that are not timed. */
  void count(long keysFound, long keysMissed) {
    found.add(keysFound);
    missed.add(keysMissed);
  }

  long lookups() {
    return found.sum() + missed.sum();
  }

  long misses() {
    return missed.sum();
  }

  private void report(long nanos) {
    try {
      metrics.lookupTime(nanos);
    } catch (RuntimeException e) {
      if (failed.compareAndSet(false, true)) {
        LOG.warn("event=metrics_failed what=lookup_time", e);
      }
    }
  }
}
