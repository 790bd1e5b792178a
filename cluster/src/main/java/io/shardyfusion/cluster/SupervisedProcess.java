package io.shardyfusion.cluster;

import io.shardyfusion.cluster.process.JvmLaunch;
import io.shardyfusion.cluster.process.JvmProcess;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A process that is started again whenever it ends, until it is stopped; at most once a second, and
 * less often if it never lives for long. Safe for use by many threads.
 */
final class SupervisedProcess {

  private static final Duration ALWAYS = Duration.ofDays(365);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long LONG_LIFE_MILLIS = 60_000;
  private static final long FIRST_PAUSE_MILLIS = 1_000;
  private static final long LAST_PAUSE_MILLIS = 30_000;

  private final JvmLaunch launch;
  private final Runnable changed;
  private final Thread watch;
  private @Nullable JvmProcess process;
  private boolean stopped;
  private int restarts;

  /**
   * Starts it.
   *
   * @param changed is called after it has ended, and after it was started again
   */
  SupervisedProcess(JvmLaunch launch, Runnable changed) {
    this.launch = launch;
    this.changed = changed;
    this.process = JvmProcess.start(launch);
    this.watch = new Thread(this::watch, "watch-" + launch.name());
    this.watch.setDaemon(true);
    this.watch.start();
  }

  String name() {
    return launch.name();
  }

  /** The number of times it was started again. */
  synchronized int restarts() {
    return restarts;
  }

  /** Returns whether it has not ended since it was started last. */
  boolean isRunning() {
    return current().isAlive();
  }

  /** The last lines of its log. */
  String logEnd() {
    return current().outputEnd(25);
  }

  ClusterState.Member describe() {
    JvmProcess last = current();
    return new ClusterState.Member(name(), last.pid(), last.isAlive(), restarts());
  }

  /** Ends it for good, and returns when it is gone. */
  void stop() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    current().terminate(PATIENCE);
  }

  private synchronized JvmProcess current() {
    if (process == null) {
      throw new IllegalStateException(name() + " was never started");
    }
    return process;
  }

  private void watch() {
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      long born = System.nanoTime();
      current().await(ALWAYS);
      long lifeMillis = Duration.ofNanos(System.nanoTime() - born).toMillis();
      pause = lifeMillis < LONG_LIFE_MILLIS ? pause : FIRST_PAUSE_MILLIS;
      changed.run();
      synchronized (this) {
        if (!awaitStop(pause)) {
          restarts++;
          process = JvmProcess.start(launch);
        } else {
          return;
        }
      }
      pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
      changed.run();
    }
  }

  /** Returns whether it was stopped, now or within {@code millis}. */
  private synchronized boolean awaitStop(long millis) {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    for (long left = millis; left > 0 && !stopped; left = (end - System.nanoTime()) / 1_000_000) {
      try {
        wait(left);
      } catch (InterruptedException e) {
        return true;
      }
    }
    return stopped;
  }
}
