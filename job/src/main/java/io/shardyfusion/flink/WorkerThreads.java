package io.shardyfusion.flink;

import io.shardyfusion.StorageException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A few threads of one operator, which end with it: nothing that they use may be closed before. */
@SuppressWarnings("try") // Closing waits for threads, so an interrupt may end it.
final class WorkerThreads implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int CLOSE_SECONDS = 60;

  private final String name;
  private final ExecutorService executor;

  /** Threads of that name. */
  WorkerThreads(String name) {
    this.name = name;
    this.executor =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** How many there are at most. */
  static int count() {
    return THREADS;
  }

  /** Runs what the threads are to do. */
  ExecutorService executor() {
    return executor;
  }

  /**
   * Interrupts the threads and waits for their end, even where the caller is interrupted: a
   * cancelled task is, from the beginning. Idempotent.
   *
   * @throws StorageException if a thread does not end within a minute
   */
  @Override
  public void close() {
    executor.shutdownNow();
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    try {
      while (true) {
        try {
          if (!executor.awaitTermination(
              Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            throw new StorageException(
                "threads '" + name + "' did not end within " + CLOSE_SECONDS + " s", null);
          }
          return;
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
