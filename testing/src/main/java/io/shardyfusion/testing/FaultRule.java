package io.shardyfusion.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A choice of requests of a {@link FaultProxy} that meet a fault, and the number of those that
 * still do. For all threads.
 */
public final class FaultRule {

  static final int ALWAYS = Integer.MAX_VALUE;

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Predicate<ProxiedRequest> which;
  private final Fault fault;
  private final int times;
  private final AtomicInteger fired = new AtomicInteger();

  FaultRule(int times, Predicate<ProxiedRequest> which, Fault fault) {
    this.times = times;
    this.which = which;
    this.fault = fault;
  }

  /** The number of requests that have met the fault so far. */
  public int fired() {
    return fired.get();
  }

  /**
   * Returns when so many requests have met the fault, which for one that holds them is when they
   * wait.
   *
   * @throws AssertionError after a minute
   */
  public void awaitFired(int requests) {
    Await.until(requests + " requests met " + fault, DEADLINE, () -> fired() >= requests);
  }

  Fault fault() {
    return fault;
  }

  /** Returns whether the request meets the fault; counts it if so. */
  boolean meets(ProxiedRequest request) {
    return which.test(request)
        && fired.getAndUpdate(before -> before < times ? before + 1 : before) < times;
  }
}
