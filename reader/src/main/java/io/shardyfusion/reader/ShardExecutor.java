package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.lifecycle.WorkerThreads;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Runs a task for each of many shards, several at a time. Its threads end when there is nothing to
 * do. Thread-safe.
 */
final class ShardExecutor implements AutoCloseable {

  private final ExecutorService threads;

  /** An executor for at most that many shards at a time, over all callers. */
  ShardExecutor(int atATime) {
    threads = WorkerThreads.pool("shards", atATime, Integer.MAX_VALUE);
  }

  /**
   * Runs {@code task} for each of {@code items}, and returns when all have ended. After a failure
   * the tasks that have not begun are cancelled, and those that have are interrupted, but not
   * waited for.
   *
   * @throws StorageException if this thread is interrupted, which it stays
   * @throws ClosedException if this is closed
   */
  <T> void forEach(Collection<T> items, Consumer<T> task) {
    if (items.size() == 1) {
      items.forEach(task);
      return;
    }
    BlockingQueue<Future<?>> done = new LinkedBlockingQueue<>();
    List<Task> tasks = new ArrayList<>();
    try {
      for (T item : items) {
        Task next = new Task(() -> task.accept(item), done);
        tasks.add(next);
        threads.execute(next);
      }
      for (int i = 0; i < tasks.size(); i++) {
        done.take().get();
      }
    } catch (RejectedExecutionException | CancellationException e) {
      throw new ClosedException("the reader is closed; open another", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("the thread was interrupted while shards were opened", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    } finally {
      tasks.forEach(t -> t.cancel(true));
    }
  }

  /**
   * Interrupts the tasks that run, cancels those that have not begun, so that their callers get a
   * {@link ClosedException}, and waits until the threads end. Idempotent.
   */
  @Override
  public void close() {
    for (Runnable waiting : threads.shutdownNow()) {
      ((Task) waiting).cancel(false);
    }
    WorkerThreads.end(threads);
  }

  /** The task of one item. It joins the queue of those that are done, also if it is cancelled. */
  private static final class Task extends FutureTask<Void> {

    private final BlockingQueue<Future<?>> whenDone;

    Task(Runnable work, BlockingQueue<Future<?>> whenDone) {
      super(work, null);
      this.whenDone = whenDone;
    }

    @Override
    protected void done() {
      whenDone.add(this);
    }
  }
}
