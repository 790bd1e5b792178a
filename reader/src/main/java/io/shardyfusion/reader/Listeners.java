package io.shardyfusion.reader;

import io.shardyfusion.lifecycle.WorkerThreads;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a reader's listeners, in a thread of its own. Thread-safe. */
final class Listeners implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /** Calls that wait because a listener hangs; a refresh makes four at most. */
  private static final int MAX_WAITING = 10_000;

  private final List<ReaderListener> listeners;
  private final ThreadPoolExecutor thread = WorkerThreads.pool("listener", 1, MAX_WAITING);

  Listeners(List<ReaderListener> listeners) {
    this.listeners = new CopyOnWriteArrayList<>(listeners);
  }

  void add(ReaderListener listener) {
    listeners.add(listener);
  }

  void remove(ReaderListener listener) {
    listeners.remove(listener);
  }

  /** Calls all of them, later. */
  void tell(Consumer<ReaderListener> call) {
    for (ReaderListener listener : listeners) {
      try {
        thread.execute(() -> tell(listener, call));
      } catch (RejectedExecutionException e) {
        if (!thread.isShutdown()) {
          LOG.warn("event=listener_skipped listener={} waiting={}", listener, MAX_WAITING);
        }
      }
    }
  }

  /**
   * Begins no call any more, interrupts the one under way, and does not wait for it. Idempotent.
   */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private static void tell(ReaderListener listener, Consumer<ReaderListener> call) {
    try {
      call.accept(listener);
    } catch (RuntimeException | Error e) {
      LOG.warn("event=listener_failed listener={}", listener, e);
    }
  }
}
