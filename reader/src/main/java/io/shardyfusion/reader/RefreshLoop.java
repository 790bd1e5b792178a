package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refreshes a reader again and again. Thread-safe.
 *
 * <p>The time from the end of one refresh to the next is the interval, varied by a tenth either
 * way, so that many readers that were started together do not ask together. After each failure in a
 * row it doubles, up to ten times the interval and at most five minutes (or the interval, if that
 * is more). While somebody waits for a version it is a second at most.
 */
final class RefreshLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RefreshLoop.class);

  /** The longest time between two looks while somebody waits. */
  private static final Duration WAITED_FOR = Duration.ofSeconds(1);

  private static final Duration MAX_BACKOFF = Duration.ofMinutes(5);
  private static final int MAX_FACTOR = 10;
  private static final double JITTER = 0.1;

  private final Runnable refresh;
  private final RefreshStatus status;
  private final ScheduledExecutorService background;
  private final Duration interval;
  private final DoubleSupplier random;

  /** The next refresh, or null if none is to come or one is under way; guarded by this. */
  private @Nullable Future<?> next;

  /** True while a refresh is under way; guarded by this. */
  private boolean running;

  /** The number of threads that wait; guarded by this. */
  private int waiting;

  /** Guarded by this. */
  private boolean closed;

  /**
   * A loop that does nothing yet.
   *
   * @param refresh throws if it fails
   * @param interval zero: only while somebody waits
   * @param random evenly from 0 to 1
   */
  RefreshLoop(
      Runnable refresh,
      RefreshStatus status,
      ScheduledExecutorService background,
      Duration interval,
      DoubleSupplier random) {
    this.refresh = refresh;
    this.status = status;
    this.background = background;
    this.interval = interval;
    this.random = random;
  }

  /** Begins, with the first refresh after an interval. */
  synchronized void start() {
    scheduleNext();
  }

  /** Refreshes at once, and often, until {@link #nobodyWaits} was called as many times. */
  synchronized void somebodyWaits() {
    waiting++;
    if (!running) {
      schedule(Duration.ZERO);
    }
  }

  /** Ends one {@link #somebodyWaits}. */
  synchronized void nobodyWaits() {
    waiting--;
  }

  /** Begins no refresh any more; one that is under way goes on. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel(false);
    }
  }

  /** The time to the next refresh, or null if there is none to come. */
  synchronized @Nullable Duration delay() {
    Duration delay = interval.isZero() ? null : backedOff();
    if (waiting > 0 && (delay == null || delay.compareTo(WAITED_FOR) > 0)) {
      return WAITED_FOR;
    }
    return delay;
  }

  private Duration backedOff() {
    double failures = Math.min(status.failuresInARow(), Integer.SIZE);
    double factor = Math.min(Math.pow(2, failures), MAX_FACTOR);
    double longest = Math.max(interval.toNanos(), MAX_BACKOFF.toNanos());
    double nanos = Math.min(interval.toNanos() * factor, longest);
    return Duration.ofNanos((long) (nanos * (1 - JITTER + 2 * JITTER * random.getAsDouble())));
  }

  private synchronized void scheduleNext() {
    Duration delay = delay();
    if (delay != null) {
      schedule(delay);
    }
  }

  private synchronized void schedule(Duration delay) {
    if (closed) {
      return;
    }
    if (next != null) {
      next.cancel(false);
    }
    try {
      next = background.schedule(this::run, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("event=refresh_loop_ended reason=\"the reader is closed\"");
    }
  }

  private void run() {
    synchronized (this) {
      if (closed || running) {
        return;
      }
      next = null;
      running = true;
    }
    try {
      refresh.run();
    } catch (ClosedException e) {
      LOG.debug("event=refresh_loop_ended reason=\"the reader is closed\"");
    } catch (RuntimeException e) {
      // The listeners and the health have been told already.
      LOG.debug("event=refresh_failed", e);
    } catch (Error e) {
      LOG.error("event=refresh_error error=\"{}\"", e.toString(), e);
      throw e;
    } finally {
      synchronized (this) {
        running = false;
        scheduleNext();
      }
    }
  }
}
