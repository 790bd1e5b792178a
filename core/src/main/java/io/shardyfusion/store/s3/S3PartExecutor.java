package io.shardyfusion.store.s3;

import io.shardyfusion.lifecycle.WorkerThreads;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;
import software.amazon.awssdk.core.exception.AbortedException;

/** Runs the parts of one transfer in threads of its own. Used by one thread, which closes it. */
final class S3PartExecutor implements AutoCloseable {

  private final ExecutorService threads;

  private final List<Thread> made = new CopyOnWriteArrayList<>();

  private final ExecutorCompletionService<Void> done;
  private int begun;

  /**
   * An executor with nothing to do yet.
   *
   * @param name of the threads
   * @param parallelism the number of parts that run at once
   */
  S3PartExecutor(String name, int parallelism) {
    ThreadFactory named = WorkerThreads.named(name);
    threads =
        Executors.newFixedThreadPool(
            parallelism,
            task -> {
              Thread thread = named.newThread(task);
              made.add(thread);
              return thread;
            });
    done = new ExecutorCompletionService<>(threads);
  }

  /** Begins {@code part} for each number from {@code first} to below {@code end}. */
  void begin(int first, int end, IntConsumer part) {
    for (int i = first; i < end; i++) {
      int number = i;
      done.submit(() -> part.accept(number), null);
      begun++;
    }
  }

  /**
   * Waits for all parts, or the first failure, which it throws.
   *
   * @throws AbortedException if the thread is interrupted
   */
  void join() {
    for (; begun > 0; begun--) {
      try {
        done.take().get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw AbortedException.create("interrupted", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      }
    }
  }

  /** Interrupts the parts that run, and returns when no thread is left. */
  @Override
  public void close() {
    threads.shutdownNow();
    awaitEnd(made);
  }

  /** Returns when the threads of an executor that was shut down are gone. */
  static void awaitEnd(List<Thread> threads) {
    boolean interrupted = false;
    // An executor has terminated when its last thread is about to end: that is not waited for.
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
