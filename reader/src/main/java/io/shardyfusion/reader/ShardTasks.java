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
 * Does the same with many shards, several at a time. Its threads end when there is nothing to do.
 * Thread-safe.
 */
final class ShardTasks implements AutoCloseable {

  private final ExecutorService threads;

  /** Tasks for at most that many shards at a time, over all callers. */
  ShardTasks(int atATime) {
    threads = WorkerThreads.pool("shards", atATime, Integer.MAX_VALUE);
  }

  /**
   * Does {@code task} with each of {@code items}, and returns when all is done. After a failure
   * those that have not begun are left out, and those that have are interrupted, but not waited
   * for.
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
   * Interrupts what is running, begins nothing any more, of which those are told who wait for it,
   * and waits for the end. Idempotent.
   */
  @Override
  public void close() {
    for (Runnable waiting : threads.shutdownNow()) {
      ((Task) waiting).cancel(false);
    }
    WorkerThreads.end(threads);
  }

  /** One item's task, which joins those that are done, also when it is cancelled. */
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
