package io.shardyfusion.lifecycle;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and ends the threads of this software. */
public final class WorkerThreads {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerThreads.class);

  private static final long IDLE_SECONDS = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private WorkerThreads() {}

  /** A thread that was made here. */
  private static final class WorkerThread extends Thread {
    WorkerThread(Runnable task, String name) {
      super(task, name);
      setDaemon(true);
    }
  }

  /**
   * Makes daemon threads named {@code shardyfusion-<what>-<n>}: a process that ends without closing
   * their owner is not kept alive by them.
   */
  public static ThreadFactory named(String what) {
    AtomicInteger number = new AtomicInteger();
    return task -> new WorkerThread(task, "shardyfusion-" + what + "-" + number.incrementAndGet());
  }

  /** Threads that are made when there is something to do, and end when there is nothing. */
  public static ThreadPoolExecutor pool(String what, int threads, int maxWaiting) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(maxWaiting),
            named(what));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Like {@link #end(ExecutorService, Duration)} with half a minute; threads that are late are
   * logged.
   */
  public static void end(ExecutorService threads) {
    if (!end(threads, PATIENCE)) {
      LOG.warn("event=threads_late threads=\"{}\"", threads);
    }
  }

  /**
   * Interrupts the threads, begins no further task, and waits for the threads to end. A thread that
   * was made here, which may be among them, does not wait. Idempotent. An interrupt of the caller
   * does not end the wait, and is kept.
   *
   * @param patience how long to wait
   * @return false if a thread still runs
   */
  public static boolean end(ExecutorService threads, Duration patience) {
    threads.shutdownNow();
    return Thread.currentThread() instanceof WorkerThread || await(threads, patience);
  }

  /**
   * Waits for the end of an executor that was shut down. An interrupt of the caller does not end
   * the wait, and is kept.
   *
   * @return false if a thread still runs
   */
  public static boolean await(ExecutorService threads, Duration patience) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        try {
          return threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
