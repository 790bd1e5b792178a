package io.shardyfusion.flink.publishing;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.run.Restarts;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.run.RunLease;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.metrics.MetricGroup;

/**
 * Announces stored snapshots, and keeps the run record. A failure fails the job: nothing is ever
 * dropped in silence.
 *
 * <ol>
 *   <li>A publication comes when everything that it refers to is stored, and after its predecessor.
 *   <li>It may come again, after a restart: an announced manifest is recognised.
 *   <li>A storage failure restarts the job; the publication is in its state, and comes again.
 *   <li>Another writer that has the dataset ends the run without a restart, which could not help.
 *   <li>A run that takes the dataset over may be restored with a publication that an earlier run
 *       could not announce any more: it comes first, and replaces what others announced.
 * </ol>
 */
final class PublicationCommitter implements Committer<Committable> {

  private final SinkSettings settings;
  private final CountingObjectStore store;
  private final Clock clock;
  private final Announcer announcer;
  private final RunLease lease;
  private final AnnouncementMetrics metrics;

  /**
   * A committer that announces in {@code store} and closes it in the end.
   *
   * @param isRestored whether the job goes on from a checkpoint
   */
  PublicationCommitter(
      SinkSettings settings,
      ObjectStore store,
      Clock clock,
      MetricGroup metrics,
      boolean isRestored) {
    this.settings = settings;
    this.store = new CountingObjectStore(store);
    this.clock = clock;
    this.announcer = new Announcer(this.store, clock, settings.publishing().ifEmpty());
    this.lease = new RunLease(settings.runStart(), this.store, clock, isRestored);
    this.metrics = new AnnouncementMetrics(metrics, System::nanoTime);
  }

  @Override
  public void commit(Collection<CommitRequest<Committable>> requests) {
    try {
      for (CommitRequest<Committable> request : requests) {
        Committable committable = request.getCommittable();
        if (committable instanceof Publication publication) {
          commit(publication);
        } else if (committable instanceof CheckpointNote note) {
          lease.completed(note.needs());
        }
      }
    } catch (ShardyfusionException e) {
      RuntimeException thrown = Restarts.unlessPointless(e);
      if (thrown != e) {
        lease.failed(e);
      }
      throw thrown;
    }
  }

  private void commit(Publication publication) {
    Instant start = clock.instant();
    Announcement announcement = publication.announcement();
    boolean isOwn = announcement.runId().equals(settings.run().id());
    PointerEntry entry =
        announced(
            settings.start().takeover() && !isOwn
                ? announcement.after(new Predecessor.Any())
                : announcement);
    metrics.announced(entry, Duration.between(publication.assembledAt(), clock.instant()));
    // Work of another run is in the record of that run.
    Map<String, Long> counters = isOwn ? new TreeMap<>(publication.counters()) : new TreeMap<>();
    counters.put(RunCounters.ANNOUNCE_MILLIS, Duration.between(start, clock.instant()).toMillis());
    if (announcement.epoch() > 0) {
      lease.completed(
          new CheckpointNeeds(
              announcement.epoch(), publication.assembledAt(), announcement.manifest(), List.of()));
    }
    if (publication.isLast()) {
      lease.succeeded(entry.version(), counters);
    } else {
      lease.announced(entry.version(), counters);
    }
  }

  private PointerEntry announced(Announcement announcement) {
    try {
      return announcer.announce(announcement);
    } catch (ShardyfusionException e) {
      metrics.failed(e);
      throw e;
    }
  }

  @Override
  public void close() {
    lease.close();
    store.close();
  }
}
