package io.shardyfusion.lifecycle;

import io.shardyfusion.StorageException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A few threads of one owner, which end with it: nothing that they use may be closed before. */
public final class WorkerPool implements AutoCloseable {

  private static final int THREADS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final ExecutorService executor;

  /** Threads named {@code shardyfusion-<name>-<n>}. */
  public WorkerPool(String name) {
    this.name = name;
    this.executor = Executors.newFixedThreadPool(THREADS, WorkerThreads.named(name));
  }

  /** The largest number of threads. */
  public static int count() {
    return THREADS;
  }

  /** Runs what the threads are to do. */
  public ExecutorService executor() {
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
    if (!WorkerThreads.end(executor, PATIENCE)) {
      throw new StorageException(
          "threads '" + name + "' did not end within " + PATIENCE.toSeconds() + " s", null);
    }
  }
}
