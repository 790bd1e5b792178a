package io.shardyfusion.reader;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.reader.cache.KeptPointer;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the first version that a reader serves. For one thread.
 *
 * <p>That is the current one. Where it is damaged, the announced ones before it are tried, newest
 * first, as many as the options allow; and where the store does not answer, and the options allow
 * it, the version that the local cache knows as the last. Both are logged as errors, and make the
 * reader degraded until a refresh succeeds.
 */
final class ColdStart {

  private static final Logger LOG = LoggerFactory.getLogger(ColdStart.class);

  private final ReaderOptions options;
  private final PointerWatch watch;
  private final VersionPlanner planner;
  private final SnapshotLoader loader;
  private final FileCache cache;
  private final RefreshStatus status;

  ColdStart(
      ReaderOptions options,
      PointerWatch watch,
      VersionPlanner planner,
      SnapshotLoader loader,
      FileCache cache,
      RefreshStatus status) {
    this.options = options;
    this.watch = watch;
    this.planner = planner;
    this.loader = loader;
    this.cache = cache;
    this.status = status;
  }

  /** Loads the first version: a snapshot with one pin, the caller's. */
  Snapshot load() {
    try {
      return newestSound(watch.read(), entry -> true);
    } catch (StorageException e) {
      KeptPointer kept = options.staleOk() ? kept() : null;
      if (kept == null) {
        throw e;
      }
      LOG.error(
          "event=opened_from_cache dataset={} checked_at={} error=\"{}\"",
          options.datasetUri(),
          kept.checkedAt(),
          e.getMessage());
      status.failed(e);
      status.checkedAt(kept.checkedAt());
      try {
        return newestSound(kept.pointer(), this::isCached);
      } catch (NotFoundException notCached) {
        e.addSuppressed(notCached);
        throw e;
      }
    }
  }

  private @Nullable KeptPointer kept() {
    return watch.kept().orElse(null);
  }

  /** A pointer is kept as soon as it was read: its version may never have been fetched. */
  private boolean isCached(PointerEntry entry) {
    return cache.find(entry.manifest().sha256(), Limits.MAX_MANIFEST_BYTES).isPresent();
  }

  private Snapshot newestSound(Pointer pointer, Predicate<PointerEntry> usable) {
    PointerEntry current = pointer.current();
    if (current == null) {
      throw watch.noSnapshot();
    }
    DataDamagedException damage = null;
    for (PointerEntry entry : candidates(pointer, current, usable)) {
      try {
        Snapshot snapshot = loader.load(planner.first(entry));
        if (entry.version() != current.version()) {
          status.behind(current.version());
        }
        if (damage != null) {
          LOG.error(
              "event=opened_earlier_version dataset={} version={} current={} error=\"{}\"",
              options.datasetUri(),
              entry.version(),
              current.version(),
              damage.getMessage());
        }
        return snapshot;
      } catch (DataDamagedException e) {
        damage = first(damage, e);
        status.failed(damage);
      }
    }
    throw damage == null ? watch.noSnapshot() : damage;
  }

  private List<PointerEntry> candidates(
      Pointer pointer, PointerEntry current, Predicate<PointerEntry> usable) {
    return Stream.concat(
            Stream.of(current),
            pointer.history().stream()
                .filter(e -> e.version() < current.version())
                .filter(e -> e.status() == VersionStatus.ANNOUNCED))
        .filter(usable)
        .limit(1L + options.maxFallbackVersions())
        .toList();
  }

  private static DataDamagedException first(
      @Nullable DataDamagedException before, DataDamagedException now) {
    if (before == null) {
      return now;
    }
    before.addSuppressed(now);
    return before;
  }
}
