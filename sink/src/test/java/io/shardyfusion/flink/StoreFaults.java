package io.shardyfusion.flink;

import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.store.open.ObjectStores;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Which requests of a {@link FaultyObjectStore} fail, and how: by a random sequence that a seed
 * gives, shared by all stores of a job. Requests of several threads take from it as they come, so a
 * seed gives the same sequence of faults, but not the same requests. None fail before {@link
 * #begin}. Thread-safe.
 */
final class StoreFaults {

  private static final Map<String, StoreFaults> ALL = new ConcurrentHashMap<>();
  private static final double SLOW = 0.05;
  private static final int MAX_SLOW_MILLIS = 8;
  private static final int MAX_BURST = 6;
  private static final double BURST = 0.1;

  /** What happens to a request. */
  enum Fault {
    NONE,
    ERROR_BEFORE,
    ERROR_AFTER,
    PARTIAL
  }

  /** What happens to a conditional write. */
  enum ConditionalFault {
    NONE,
    ERROR,
    AMBIGUOUS_BEFORE,
    AMBIGUOUS_AFTER,
    CONFLICT,
    OTHER_WRITER
  }

  private final String id = UUID.randomUUID().toString();
  private final SplittableRandom random;
  private final double share;
  private final double conditionalShare;
  private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
  private final Map<ConditionalFault, Integer> conditional = new EnumMap<>(ConditionalFault.class);
  private final List<ConditionalFault> kinds = new ArrayList<>();
  private boolean begun;
  private int untilFault = -1;
  private int burst;
  private int failingConditional;

  /**
   * @param share of the requests fail, at most {@code 2 / share} apart, and besides a burst follows
   *     one in ten of those; 0: none
   * @param conditionalShare of the conditional writes fail
   */
  StoreFaults(long seed, double share, double conditionalShare) {
    this.random = new SplittableRandom(seed);
    this.share = share;
    this.conditionalShare = conditionalShare;
    ALL.put(id, this);
  }

  /** Opens stores that fail like this, in whichever operator. */
  SinkSettings.StoreOpener opener() {
    String name = id;
    return (uri, options) -> new FaultyObjectStore(ObjectStores.open(uri, options), ALL.get(name));
  }

  synchronized void begin() {
    begun = true;
  }

  /** Lets the next {@code count} conditional writes fail, without effect. */
  synchronized void failConditional(int count) {
    failingConditional = count;
  }

  Fault next() {
    Fault fault;
    boolean slow;
    synchronized (this) {
      if (!begun) {
        return Fault.NONE;
      }
      slow = random.nextDouble() < SLOW;
      fault = draw();
      injected.merge(fault, 1, Integer::sum);
    }
    pause(slow);
    return fault;
  }

  private Fault draw() {
    if (burst > 0) {
      burst--;
      return Fault.ERROR_BEFORE;
    }
    if (share == 0) {
      return Fault.NONE;
    }
    // Uniform gaps, not chance for each: no run of that many requests goes without a fault.
    if (untilFault < 0) {
      untilFault = random.nextInt((int) (2 / share));
    }
    if (untilFault-- > 0) {
      return Fault.NONE;
    }
    if (random.nextDouble() < BURST) {
      burst = random.nextInt(1, MAX_BURST);
    }
    return Fault.values()[random.nextInt(1, Fault.values().length)];
  }

  ConditionalFault nextConditional() {
    ConditionalFault fault;
    boolean slow;
    synchronized (this) {
      if (failingConditional > 0) {
        failingConditional--;
        conditional.merge(ConditionalFault.ERROR, 1, Integer::sum);
        return ConditionalFault.ERROR;
      }
      if (!begun) {
        return ConditionalFault.NONE;
      }
      slow = random.nextDouble() < SLOW;
      fault = random.nextDouble() < conditionalShare ? drawConditional() : ConditionalFault.NONE;
      conditional.merge(fault, 1, Integer::sum);
    }
    pause(slow);
    return fault;
  }

  /** Each kind once, in random order, then each once again: of some faults there is every kind. */
  private ConditionalFault drawConditional() {
    if (kinds.isEmpty()) {
      kinds.addAll(EnumSet.complementOf(EnumSet.of(ConditionalFault.NONE)));
    }
    return kinds.remove(random.nextInt(kinds.size()));
  }

  private void pause(boolean slow) {
    if (slow) {
      int millis;
      synchronized (this) {
        millis = random.nextInt(1, MAX_SLOW_MILLIS);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
  }

  /** How many requests failed, but for conditional writes. */
  synchronized int failed() {
    return injected.entrySet().stream()
        .filter(e -> e.getKey() != Fault.NONE)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** How many conditional writes met that. */
  synchronized int count(ConditionalFault fault) {
    return conditional.getOrDefault(fault, 0);
  }

  @Override
  public synchronized String toString() {
    return injected + ", conditional writes " + conditional;
  }
}
