package io.shardyfusion.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for conditions that nothing tells of, by looking again and again. For what other processes
 * do; within this one there are latches and futures.
 */
public final class Await {

  private static final long POLL_NANOS = 20_000_000;

  private Await() {}

  /**
   * Returns when {@code condition} is true.
   *
   * @param what completes "… did not happen: ", for the error
   * @throws AssertionError if it is still false after {@code deadline}
   */
  public static void until(String what, Duration deadline, BooleanSupplier condition) {
    until(what, deadline, () -> "", condition);
  }

  /**
   * Returns when {@code condition} is true.
   *
   * @param details is asked for more to say in the error
   * @throws AssertionError if it is still false after {@code deadline}
   */
  public static void until(
      String what, Duration deadline, Supplier<String> details, BooleanSupplier condition) {
    if (!within(deadline, condition)) {
      throw new AssertionError(
          "waited " + deadline + ", but this did not happen: " + what + "\n" + details.get());
    }
  }

  /**
   * The first answer of {@code supplier} that is not null.
   *
   * @throws AssertionError if there is none after {@code deadline}
   */
  public static <T> T value(
      String what, Duration deadline, Supplier<? extends @Nullable T> supplier) {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      T value = supplier.get();
      if (value != null) {
        return value;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited " + deadline + ", but this did not happen: " + what);
      }
      pause();
    }
  }

  /** Returns whether {@code condition} became true within {@code time}; returns when it does. */
  public static boolean within(Duration time, BooleanSupplier condition) {
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    LockSupport.parkNanos(POLL_NANOS);
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted while waiting");
    }
  }
}
