package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.reader.cache.BackgroundPruner;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Brings a reader to the version that the pointer names, when it is told to. Thread-safe; refreshes
 * come one after the other.
 */
final class Refresher implements AutoCloseable {

  private final PointerWatch pointer;
  private final OpenVersions versions;
  private final VersionPlanner planner;
  private final SnapshotLoader loader;
  private final WayBack wayBack;
  private final BackgroundPruner pruner;
  private final RefreshEvents events;

  /** Held by the one that refreshes. */
  private final ReentrantLock refreshing = new ReentrantLock();

  /** Guarded by that. */
  private boolean closed;

  Refresher(
      PointerWatch pointer,
      OpenVersions versions,
      VersionPlanner planner,
      SnapshotLoader loader,
      WayBack wayBack,
      BackgroundPruner pruner,
      RefreshEvents events) {
    this.pointer = pointer;
    this.versions = versions;
    this.planner = planner;
    this.loader = loader;
    this.wayBack = wayBack;
    this.pruner = pruner;
    this.events = events;
  }

  /** Implements {@link ShardedReader#refresh}. */
  boolean refresh() {
    return locked(this::refreshed);
  }

  /** Implements {@link ShardedReader#plan}. */
  RefreshPlan plan() {
    return locked(() -> planner.estimate(pointer.current(), versions.current()));
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

  private <T> T locked(Supplier<T> work) {
    try {
      refreshing.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("the thread was interrupted while it waited for a refresh", e);
    }
    try {
      if (closed) {
        throw new ClosedException("the reader is closed; open another");
      }
      return work.get();
    } finally {
      refreshing.unlock();
    }
  }

  private boolean refreshed() {
    long began = System.nanoTime();
    Snapshot before = versions.current();
    try {
      PointerEntry target = pointer.current();
      if (isServed(target, before)) {
        events.upToDate();
        return false;
      }
      events.detected(before.entry(), target);
      VersionPlan plan = plan(target, before);
      events.downloading(plan.summary());
      long fetchedBefore = loader.fetchedBytes();
      Snapshot now = loader.load(plan);
      long fetched = loader.fetchedBytes() - fetchedBefore;
      try {
        wayBack.keep(before);
      } catch (RuntimeException | Error e) {
        Cleanup.afterFailure(e, now);
        throw e;
      }
      versions.swap(now);
      events.swapped(before, now, since(began), fetched);
      pruner.prune();
      return true;
    } catch (ClosedException e) {
      throw e;
    } catch (RuntimeException e) {
      if (versions.isClosed()) {
        throw new ClosedException("the reader was closed while it was refreshed; open another", e);
      }
      events.failed(before.entry(), since(began), e);
      throw e;
    }
  }

  private static boolean isServed(PointerEntry target, Snapshot served) {
    return target.version() == served.entry().version()
        && target.manifest().equals(served.entry().manifest());
  }

  /** The one plan of a refresh; gives the way back up, if there is no room for both. */
  private VersionPlan plan(PointerEntry target, Snapshot before) {
    VersionPlan plan = planner.next(target, before);
    return plan.files().fits() || !wayBack.giveUp() ? plan : planner.measuredAgain(plan);
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
