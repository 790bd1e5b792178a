package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.LimitExceededException;
import io.shardyfusion.lifecycle.WorkerThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that a reader has for lookups: they take parts of large requests, and do asynchronous
 * ones. They end when there is nothing to do. Thread-safe.
 *
 * <p><b>No deadlock.</b> Who asks for parts takes part, and waits only for parts that a thread has
 * begun; so a request ends without any help, and those that have none to give are not asked:
 * nothing is queued for threads that are busy. The queue is for asynchronous lookups.
 */
final class LookupPool implements AutoCloseable {

  /** The number of asynchronous lookups that may wait for a thread. */
  static final int MAX_WAITING = 1024;

  private static final int MAX_THREADS = 16;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  /** The number of tasks that the threads have been given and have not done yet. */
  private final AtomicInteger given = new AtomicInteger();

  /** A pool of a thread for each processor, from two to sixteen. */
  LookupPool() {
    this(Math.max(2, Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS)));
  }

  /** A pool of that many threads. */
  LookupPool(int size) {
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            WorkerThreads.named("lookups"));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Does parts {@code [0, parts)}, by this thread and those that are idle, and returns when none is
   * under way any more. After a failure the parts that have not begun are left out. An interrupt
   * does not end the waiting, and is kept.
   */
  void forEach(int parts, IntConsumer part) {
    Shared work = new Shared(parts, part);
    int idle = Math.min(parts - 1, threads.getMaximumPoolSize() - given.get());
    for (int helpers = 0; helpers < idle && give(work); helpers++) {}
    work.run();
    work.await();
  }

  /**
   * Does a lookup later.
   *
   * @return fails as the lookup does; with {@link LimitExceededException} if too many wait, and
   *     with {@link ClosedException} if this is closed, now or before the lookup's turn comes.
   *     Cancelling it before that spares the lookup
   */
  <T extends @Nullable Object> CompletableFuture<T> submit(Supplier<T> lookup) {
    Later<T> later = new Later<>(lookup);
    if (!give(later)) {
      later.result.completeExceptionally(
          threads.isShutdown()
              ? closed()
              : new LimitExceededException(
                  MAX_WAITING
                      + " asynchronous lookups wait for one of "
                      + threads.getMaximumPoolSize()
                      + " threads already; ask again when some are done, or ask in threads of"
                      + " your own"));
    }
    return later.result;
  }

  /** The number of tasks that the threads have been given and have not done yet. */
  int busy() {
    return given.get();
  }

  /** Interrupts what is running, which must be what ends it, and fails what waits. Idempotent. */
  @Override
  public void close() {
    for (Runnable waiting : threads.shutdownNow()) {
      if (((Given) waiting).task instanceof Later<?> later) {
        later.result.completeExceptionally(closed());
      }
    }
  }

  private boolean give(Runnable task) {
    given.getAndIncrement();
    try {
      threads.execute(new Given(task));
      return true;
    } catch (RejectedExecutionException e) {
      given.getAndDecrement();
      return false;
    }
  }

  private static ClosedException closed() {
    return new ClosedException("the reader is closed; open another");
  }

  /** A task that is counted until it is done. */
  private final class Given implements Runnable {

    private final Runnable task;

    Given(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      try {
        task.run();
      } finally {
        given.getAndDecrement();
      }
    }
  }

  /** Parts that several threads take, one after the other. */
  private static final class Shared implements Runnable {

    private final int parts;
    private final IntConsumer part;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Shared(int parts, IntConsumer part) {
      this.parts = parts;
      this.part = part;
      this.left = new CountDownLatch(parts);
    }

    @Override
    public void run() {
      for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            part.accept(i);
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          left.countDown();
        }
      }
    }

    void await() {
      boolean interrupted = false;
      while (true) {
        try {
          left.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      Throwable failed = failure.get();
      if (failed instanceof Error error) {
        throw error;
      }
      if (failed != null) {
        throw (RuntimeException) failed;
      }
    }
  }

  /** A lookup that somebody waits for. */
  private static final class Later<T extends @Nullable Object> implements Runnable {

    private final Supplier<T> lookup;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    Later(Supplier<T> lookup) {
      this.lookup = lookup;
    }

    @Override
    public void run() {
      if (result.isDone()) {
        return;
      }
      try {
        result.complete(lookup.get());
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
      }
    }
  }
}
