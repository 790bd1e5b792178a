package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.PointerEntry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a reader on the version that the pointer names. Thread-safe; refreshes come one after the
 * other.
 */
final class Refresher implements AutoCloseable {

  private final PointerWatch pointer;
  private final OpenVersions versions;
  private final SnapshotLoader loader;
  private final ScheduledExecutorService background;

  /** Held by the one that refreshes. */
  private final ReentrantLock refreshing = new ReentrantLock();

  /** Guarded by that. */
  private boolean closed;

  Refresher(
      PointerWatch pointer,
      OpenVersions versions,
      SnapshotLoader loader,
      ScheduledExecutorService background) {
    this.pointer = pointer;
    this.versions = versions;
    this.loader = loader;
    this.background = background;
  }

  /** As {@link ShardedReader#refresh}. */
  boolean refresh() {
    try {
      refreshing.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("the thread was interrupted while it waited for a refresh", e);
    }
    try {
      requireOpen();
      return refreshed();
    } finally {
      refreshing.unlock();
    }
  }

  /** As {@link ShardedReader#refreshAsync}. */
  CompletableFuture<Boolean> refreshAsync() {
    try {
      return CompletableFuture.supplyAsync(this::refresh, background);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new ClosedException("the reader is closed; open another", e));
    }
  }

  /** Begins no refresh any more, and waits for the one under way. Idempotent. */
  @Override
  public void close() {
    refreshing.lock();
    try {
      closed = true;
    } finally {
      refreshing.unlock();
    }
  }

  private boolean refreshed() {
    PointerEntry target = pointer.current();
    Snapshot served = versions.current();
    if (target.manifest().equals(served.entry().manifest())
        && target.version() == served.entry().version()) {
      return false;
    }
    versions.swap(loader.load(target, served));
    return true;
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException("the reader is closed; open another");
    }
  }
}
