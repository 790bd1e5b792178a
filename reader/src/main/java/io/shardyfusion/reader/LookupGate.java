package io.shardyfusion.reader;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets lookups in until it is shut, tells when the last one has left, and counts them: what stands
 * between a native handle and the thread that wants to close it.
 *
 * <p><b>The algorithm.</b> Each visitor adds one to a counter of those who entered, and only then
 * looks whether the gate is shut; if so it is refused. Who leaves, or is refused, adds one to a
 * counter of those who left. No counter ever falls. The closer shuts the gate first, and then waits
 * until it has read the counters of those who left, and <i>after that</i> the one of those who
 * entered, and found as many.
 *
 * <p><b>Why it is right.</b> All these accesses are volatile, so all threads agree on one order of
 * them. Say that the closer read L who left in all, and then E who entered, and L = E. At the
 * moment between the two reads at least L had left, at most E had entered, and nobody leaves who
 * has not entered: so at that moment nobody was inside. A visitor whose addition comes after that
 * moment looks at the flag after the shutting, and is refused. And since what a visitor did comes
 * before its addition to those who left, and that before the closer's read, the closer sees all of
 * it.
 *
 * <p><b>Why many counters.</b> One counter would be a cache line that every core fights for at each
 * lookup, which with a dozen threads costs as much as the lookup of a missing key. Threads have
 * consecutive ids, so the low bits of the id spread a pool's threads evenly, and each set of
 * counters has two cache lines for itself. A visitor leaves by the counters by which it came. A
 * lookup then pays for two atomic additions that are nearly always in its own core's cache, and is
 * counted by them: there are counters for those who leave with a value, without one, and for
 * everybody else.
 *
 * <p>A visit must be short, as {@link #awaitEmpty} waits for it; what lasts longer, a view or a
 * cursor, pins the snapshot instead. A visitor must not wait for the closer.
 */
final class LookupGate {

  /** Returned by {@link #enter} if the gate is shut. */
  static final int REFUSED = -1;

  /** The outcome of a visitor that looked a key up and found it. */
  static final int FOUND = 1;

  /** The outcome of a visitor that looked a key up that is not there. */
  static final int MISSED = 2;

  /** The outcome of every other visitor. */
  static final int OTHER = 3;

  private static final int MAX_COUNTERS = 256;
  private static final int LONGS_APART = 16;
  private static final long MIN_WAIT_NANOS = 20_000;
  private static final long MAX_WAIT_NANOS = 2_000_000;
  private static final int SPINS = 100;

  private final AtomicLongArray counters;
  private final int mask;
  private volatile boolean shut;

  LookupGate() {
    this(Runtime.getRuntime().availableProcessors());
  }

  /** A gate for that many threads at the same time; more can enter, and may then share counters. */
  LookupGate(int threads) {
    int wanted = Math.min(Math.max(threads, 1) * 4, MAX_COUNTERS);
    int count = Integer.highestOneBit(wanted * 2 - 1);
    counters = new AtomicLongArray((count + 1) * LONGS_APART);
    mask = count - 1;
  }

  /**
   * Comes in.
   *
   * @return the pass to give back to {@link #leave}, or {@link #REFUSED} if the gate is shut
   */
  int enter() {
    int pass = (((int) Thread.currentThread().getId() & mask) + 1) * LONGS_APART;
    counters.getAndIncrement(pass);
    if (shut) {
      leave(pass, OTHER);
      return REFUSED;
    }
    return pass;
  }

  /**
   * Leaves, once for each time that {@link #enter} gave a pass. Any thread may do it.
   *
   * @param outcome {@link #FOUND}, {@link #MISSED} or {@link #OTHER}
   */
  void leave(int pass, int outcome) {
    counters.getAndIncrement(pass + outcome);
  }

  /** The number of visitors that left with that {@code outcome}; exact when nobody is inside. */
  long left(int outcome) {
    long sum = 0;
    for (int counter = 1; counter <= mask + 1; counter++) {
      sum += counters.get(counter * LONGS_APART + outcome);
    }
    return sum;
  }

  /** Returns whether the gate was shut. */
  boolean isShut() {
    return shut;
  }

  /** Lets nobody in any more. Idempotent. */
  void shut() {
    shut = true;
  }

  /** Returns whether nobody is inside, and so nobody will be. The gate must be shut. */
  boolean isEmpty() {
    for (int counter = 1; counter <= mask + 1; counter++) {
      if (!isEmpty(counter)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Waits until nobody is inside. The gate must be shut. An interrupt does not end it, and is kept.
   */
  void awaitEmpty() {
    boolean interrupted = false;
    for (int counter = 1; counter <= mask + 1; counter++) {
      long wait = MIN_WAIT_NANOS;
      for (int tries = 0; !isEmpty(counter); tries++) {
        if (tries < SPINS) {
          Thread.onSpinWait();
          continue;
        }
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(this, wait);
        wait = Math.min(wait * 2, MAX_WAIT_NANOS);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isEmpty(int counter) {
    int first = counter * LONGS_APART;
    long left =
        counters.get(first + FOUND) + counters.get(first + MISSED) + counters.get(first + OTHER);
    return left == counters.get(first); // Read last: see above.
  }
}
