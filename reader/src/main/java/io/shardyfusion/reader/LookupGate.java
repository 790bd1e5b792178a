package io.shardyfusion.reader;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets lookups in until it is shut, and tells when the last one has left: what stands between a
 * native handle and the thread that wants to close it.
 *
 * <p><b>The algorithm.</b> Each visitor adds one to a counter, and only then looks whether the gate
 * is shut; if so it takes the one back and is refused. The closer shuts the gate first, and only
 * then waits for every counter to be seen at zero, one after the other.
 *
 * <p><b>Why it is right.</b> All these accesses are volatile, so all threads agree on one order of
 * them. In it, a visitor's increment comes either before or after the closer's read of zero of that
 * counter. If before, the visitor has also left before (the counter was back at zero; a visitor
 * leaves by the counter by which it came, so no counter goes below what is inside). If after, the
 * visitor's look at the flag comes after the shutting, and it is refused. So when the last zero was
 * read, nobody is inside, and nobody comes in again; and since what a visitor did comes before its
 * decrement, and that before the closer's read, the closer sees all of it.
 *
 * <p><b>Why many counters.</b> One counter would be a cache line that every core fights for at each
 * lookup, which with a dozen threads costs as much as the lookup of a missing key. Threads have
 * consecutive ids, so the low bits of the id spread a pool's threads evenly, and each counter has
 * two cache lines for itself. A lookup then pays for two atomic additions that are nearly always in
 * its own core's cache.
 *
 * <p>A visit must be short, as {@link #awaitEmpty} waits for it; what lasts longer, a view or a
 * cursor, pins the snapshot instead. A visitor must not wait for the closer.
 */
final class LookupGate {

  /** What {@link #enter} returns where the gate is shut. */
  static final int REFUSED = -1;

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
      counters.getAndDecrement(pass);
      return REFUSED;
    }
    return pass;
  }

  /** Leaves, once for each time that {@link #enter} gave a pass. Any thread may do it. */
  void leave(int pass) {
    counters.getAndDecrement(pass);
  }

  /** Whether the gate was shut. */
  boolean isShut() {
    return shut;
  }

  /** Lets nobody in any more. Idempotent. */
  void shut() {
    shut = true;
  }

  /** Whether nobody is inside, and so nobody will be. The gate must be shut. */
  boolean isEmpty() {
    for (int counter = 1; counter <= mask + 1; counter++) {
      if (counters.get(counter * LONGS_APART) != 0) {
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
      for (int tries = 0; counters.get(counter * LONGS_APART) != 0; tries++) {
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
}
