package io.shardyfusion.reader;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the threads of a reader are made, and ended. */
final class WorkerThreads {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerThreads.class);

  private static final long IDLE_SECONDS = 10;
  private static final long LATE_SECONDS = 30;

  private WorkerThreads() {}

  /** One of a reader's threads. */
  private static final class WorkerThread extends Thread {
    WorkerThread(Runnable task, String name) {
      super(task, name);
      setDaemon(true);
    }
  }

  /**
   * Makes daemon threads named {@code shardyfusion-<what>-<n>}: a service that ends without closing
   * its reader is not kept alive by it.
   */
  static ThreadFactory named(String what) {
    AtomicInteger number = new AtomicInteger();
    return task -> new WorkerThread(task, "shardyfusion-" + what + "-" + number.incrementAndGet());
  }

  /** Threads that are made when there is something to do, and end when there is nothing. */
  static ThreadPoolExecutor pool(String what, int threads, int maxWaiting) {
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
   * Interrupts the threads, begins nothing any more, and waits for them to end, if they do so in
   * half a minute. A reader's own thread, which may be among them, does not wait. Idempotent; an
   * interrupt does not end it, and is kept.
   */
  static void end(ExecutorService threads) {
    threads.shutdownNow();
    if (Thread.currentThread() instanceof WorkerThread) {
      return;
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LATE_SECONDS);
    while (true) {
      try {
        if (!threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          LOG.warn("event=threads_late threads=\"{}\"", threads);
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
