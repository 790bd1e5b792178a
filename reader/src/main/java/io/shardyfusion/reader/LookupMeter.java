package io.shardyfusion.reader;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the lookups of a reader, and times some of them. Thread-safe.
 *
 * <p>A lookup of one key is counted by the gate that it passes anyway. Reading the clock twice
 * would cost a quarter of a lookup of a missing key, so only one in {@value #SAMPLING} is timed, by
 * chance: a fixed rhythm could fall in with that of the caller.
 */
final class LookupMeter {

  private static final Logger LOG = LoggerFactory.getLogger(LookupMeter.class);

  /** A power of two. */
  static final int SAMPLING = 64;

  /** Returned by {@link #begin} for a lookup that is not timed. */
  private static final long UNTIMED = 0;

  private final ReaderMetrics metrics;

  /** The keys that were found by batches, and through gates that are retired. */
  private final LongAdder found = new LongAdder();

  private final LongAdder missed = new LongAdder();

  /** The gates of open versions; guarded by this. */
  private final Set<LookupGate> gates = new HashSet<>();

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
  void end(long began) {
    if (began != UNTIMED) {
      report(System.nanoTime() - began);
    }
  }

  /** Counts keys that were looked up together. */
  void count(long keysFound, long keysMissed) {
    found.add(keysFound);
    missed.add(keysMissed);
  }

  /** Counts the lookups that pass a gate, from now on. */
  synchronized void add(LookupGate gate) {
    gates.add(gate);
  }

  /** Keeps what a gate has counted, which nobody passes any more. */
  synchronized void retire(LookupGate gate) {
    if (gates.remove(gate)) {
      count(gate.left(LookupGate.FOUND), gate.left(LookupGate.MISSED));
    }
  }

  synchronized long lookups() {
    return found.sum() + missed.sum() + left(LookupGate.FOUND) + left(LookupGate.MISSED);
  }

  synchronized long misses() {
    return missed.sum() + left(LookupGate.MISSED);
  }

  private long left(int outcome) {
    return gates.stream().mapToLong(gate -> gate.left(outcome)).sum();
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
