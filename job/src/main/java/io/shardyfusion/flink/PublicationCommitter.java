package io.shardyfusion.flink;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.Announcement;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunRecordParser;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.api.connector.sink2.Committer;

/**
 * Announces stored snapshots, and writes the run record. A failure fails the job: nothing is ever
 * dropped in silence.
 *
 * <ol>
 *   <li>A publication comes when everything that it refers to is stored.
 *   <li>It may come again: an announced manifest is recognised, and the run record is only written
 *       again.
 *   <li>Another writer that announced in between ends the run without a restart, which could not
 *       help.
 * </ol>
 */
final class PublicationCommitter implements Committer<Publication> {

  private final SinkSettings settings;
  private final CountingObjectStore store;
  private final Clock clock;

  /** A committer that announces in {@code store} and closes it in the end. */
  PublicationCommitter(SinkSettings settings, ObjectStore store, Clock clock) {
    this.settings = settings;
    this.store = new CountingObjectStore(store);
    this.clock = clock;
  }

  @Override
  public void commit(Collection<CommitRequest<Publication>> requests) {
    try {
      for (CommitRequest<Publication> request : requests) {
        commit(request.getCommittable());
      }
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  private void commit(Publication publication) {
    Instant start = clock.instant();
    Long base = settings.base();
    PointerEntry entry =
        new Publisher(store, clock)
            .announce(
                new Announcement(
                    publication.manifest(),
                    settings.runId(),
                    publication.rows(),
                    publication.bytes(),
                    new WriterIdentity(settings.lineage(), 1, publication.epoch())),
                base == null ? OptionalLong.empty() : OptionalLong.of(base));
    writeRunRecord(publication, entry, Duration.between(start, clock.instant()));
  }

  private void writeRunRecord(Publication publication, PointerEntry entry, Duration announce) {
    Map<String, Long> counters = new TreeMap<>(publication.counters());
    counters.merge(RunCounters.PUTS, store.puts() + 1, Long::sum); // and the record itself
    counters.merge(RunCounters.GETS, store.gets(), Long::sum);
    counters.put(RunCounters.ANNOUNCE_MILLIS, announce.toMillis());
    RunRecord run =
        new RunRecord(
            settings.runId(),
            "batch",
            RunRecord.Status.SUCCEEDED,
            settings.startedAt(),
            clock.instant(),
            null,
            entry.version(),
            null,
            counters);
    store.write(Layout.run(settings.runId()), RunRecordParser.toJson(run));
  }

  @Override
  public void close() {
    store.close();
  }
}
