package io.shardyfusion.cli.printing;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A line every few seconds, for a log; none for what ends sooner. Thread-safe. */
public final class PeriodicLines {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PrintWriter err;
  private final LongSupplier nanoTime;
  private final long start;
  private long last;

  /**
   * Lines for work that begins now.
   *
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  public PeriodicLines(PrintWriter err, LongSupplier nanoTime) {
    this.err = err;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.last = start;
  }

  /** Prints how far the work is, if it is time to. */
  public synchronized void offer(Supplier<String> line) {
    long now = nanoTime.getAsLong();
    if (now - last >= INTERVAL_NANOS) {
      last = now;
      err.println("shardy: " + TimeUnit.NANOSECONDS.toSeconds(now - start) + " s, " + line.get());
    }
  }
}
