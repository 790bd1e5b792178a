package io.shardyfusion.reader;

import io.shardyfusion.format.PointerEntry;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells everybody what happens to a reader's version: the log, its health, its metrics and its
 * listeners. Thread-safe.
 */
final class RefreshEvents {

  private static final Logger LOG = LoggerFactory.getLogger(RefreshEvents.class);

  private final String dataset;
  private final RefreshStatus status;
  private final ReaderMetrics metrics;
  private final Listeners listeners;

  RefreshEvents(ReaderOptions options, RefreshStatus status, Listeners listeners) {
    this.dataset = options.datasetUri();
    this.status = status;
    this.metrics = options.metrics();
    this.listeners = listeners;
  }

  /** The reader was opened. */
  void opened(Supplier<ReaderStats> stats) {
    report(() -> metrics.opened(dataset, stats));
  }

  /** The reader was closed. */
  void closed() {
    report(metrics::closed);
  }

  /** The pointer names the version that is served. */
  void upToDate() {
    status.upToDate();
  }

  /** The pointer names another version. */
  void detected(PointerEntry served, PointerEntry next) {
    LOG.info(
        "event=version_detected dataset={} served={} next={}",
        dataset,
        served.version(),
        next.version());
    status.behind(next.version());
    listeners.tell(l -> l.detected(served.version(), next.version()));
  }

  /** Shards are about to be fetched. */
  void downloading(RefreshPlan plan) {
    LOG.info(
        "event=version_downloading dataset={} version={} shards={} files={} bytes={}"
            + " cached_bytes={}",
        dataset,
        plan.version(),
        plan.shards(),
        plan.filesToFetch(),
        plan.bytesToFetch(),
        plan.bytesCached());
    listeners.tell(l -> l.downloading(plan));
  }

  /** Another version is served. */
  void swapped(Snapshot before, Snapshot now, Duration took, long fetchedBytes) {
    LOG.info(
        "event=version_swapped dataset={} before={} now={} millis={} fetched_bytes={}",
        dataset,
        before.entry().version(),
        now.entry().version(),
        took.toMillis(),
        fetchedBytes);
    status.swapped();
    status.upToDate();
    report(() -> metrics.refreshed(took, fetchedBytes));
    SnapshotInfo from = SnapshotInfo.of(before.entry(), before.manifest());
    SnapshotInfo to = SnapshotInfo.of(now.entry(), now.manifest());
    listeners.tell(l -> l.swapped(from, to));
  }

  /** A refresh failed. */
  void failed(PointerEntry served, Duration took, RuntimeException cause) {
    status.failed(cause);
    LOG.warn(
        "event=refresh_failed dataset={} served={} failures={} millis={} error=\"{}\"",
        dataset,
        served.version(),
        status.failuresInARow(),
        took.toMillis(),
        cause.toString());
    report(() -> metrics.refreshFailed(took, cause));
    listeners.tell(l -> l.failed(served.version(), cause));
  }

  private static void report(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.warn("event=metrics_failed", e);
    }
  }
}
