package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.lifecycle.Cleanup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of a dataset that a reader has open: the one that it serves, and those before it
 * that lookups, views or cursors still use. Thread-safe.
 *
 * <p><b>The swap</b> is one volatile write. A lookup that had taken the old version before, and
 * comes to its gate after that was shut, is refused there, and takes the new one; one that was in
 * before ends on the old version, which is closed after it.
 */
final class OpenVersions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenVersions.class);

  private static final long RETIRE_RETRY_MILLIS = 5;

  private final ScheduledExecutorService background;

  /** Those that may not be closed yet; guarded by this. */
  private final Set<Snapshot> open = new HashSet<>();

  private volatile Snapshot current;

  /** Guarded by this. */
  private boolean closed;

  /**
   * Serves a first version.
   *
   * @param first one pin of which this takes over
   * @param background closes versions that nobody looks at any more; not stopped here
   */
  OpenVersions(Snapshot first, ScheduledExecutorService background) {
    this.current = first;
    this.background = background;
    open.add(first);
  }

  /** The version that is served; closed, if the reader is. */
  Snapshot current() {
    return current;
  }

  /** Returns whether the reader is closed. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** The number of open versions. */
  synchronized int count() {
    open.removeIf(Snapshot::isClosed);
    return open.size();
  }

  /**
   * The version to ask after one has refused.
   *
   * @throws ClosedException the {@code refusal}, if the reader is closed
   */
  Snapshot after(Snapshot refused, ClosedException refusal) {
    Snapshot now = current;
    if (now == refused) {
      throw refusal;
    }
    return now;
  }

  /**
   * Serves {@code next} from now on, one pin of which this takes over, and closes the one before as
   * soon as nobody uses it.
   *
   * @throws ClosedException if the reader was closed; then {@code next} is closed too
   */
  void swap(Snapshot next) {
    Snapshot before;
    synchronized (this) {
      if (!closed) {
        open.removeIf(Snapshot::isClosed);
        open.add(next);
        before = current;
        current = next;
        notifyAll();
      } else {
        before = null;
      }
    }
    if (before == null) {
      next.close();
      throw new ClosedException("the reader was closed before it could serve " + next);
    }
    if (before.unpinWithoutClosing()) {
      before.shut();
      retire(before);
    }
  }

  /**
   * Waits until what is served is as wanted.
   *
   * @return whether it is; not, if the time has passed
   * @throws StorageException if this thread is interrupted, which it stays
   * @throws ClosedException if the reader is closed
   */
  synchronized boolean await(Predicate<SnapshotInfo> wanted, Duration timeout) {
    // 292 years are as good as any longer time.
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    while (!wanted.test(current.info())) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageException("the thread was interrupted while it waited for a version", e);
      }
    }
    return true;
  }

  /** Lets no lookup begin any more, in any version. Idempotent. */
  void shut() {
    List<Snapshot> all;
    synchronized (this) {
      closed = true;
      notifyAll();
      all = new ArrayList<>(open);
    }
    all.forEach(Snapshot::shut);
  }

  /** Shuts and closes all versions, when the lookups under way have ended. Idempotent. */
  @Override
  public void close() {
    shut();
    List<Snapshot> all;
    synchronized (this) {
      all = new ArrayList<>(open);
    }
    Cleanup.all(all);
  }

  /** Closes a version that is shut when its last lookup has ended, without a thread that waits. */
  private void retire(Snapshot old) {
    try {
      if (old.isIdle()) {
        old.close();
      } else {
        Future<?> unused =
            background.schedule(() -> retire(old), RETIRE_RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("event=version_left_to_close snapshot=\"{}\"", old); // The reader closes it.
    } catch (RuntimeException e) {
      LOG.warn("event=version_close_failed snapshot=\"{}\"", old, e);
    }
  }
}
