package io.shardyfusion.flink.publishing;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.SoftwareVersion;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.flink.run.Restarts;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.NewRequests;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.Requests;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.jspecify.annotations.Nullable;

/**
 * The sink's writer: gathers what the write operators report of a checkpoint, and stores the
 * manifest of it before the checkpoint completes.
 *
 * <ol>
 *   <li>Every subtask reports every checkpoint, and the barrier comes after the reports; a missing
 *       one fails the job.
 *   <li>Each publication names the one before as its predecessor. That one may not be announced yet
 *       (after a savepoint, or where its checkpoint was aborted), but it is committed first.
 *   <li>Nothing is published where nothing changed, and, before the input has ended, not earlier
 *       than the publish interval after the last one. Of a changed checkpoint that is not published
 *       it is noted what it needs.
 * </ol>
 */
final class ManifestAssembler
    implements CommittingSinkWriter<SubtaskReport, Committable>,
        StatefulSinkWriter<SubtaskReport, AssemblerState> {

  /** Flink's last watermark, at the end of input: not a time. */
  private static final long END_OF_TIME = Long.MAX_VALUE;

  private static final long NO_WATERMARK = Long.MIN_VALUE;
  private static final Instant LAST_INSTANT = Instant.parse("9999-12-31T23:59:59.999Z");
  private static final Instant FIRST_INSTANT = Instant.parse("0001-01-01T00:00:00Z");

  private final SinkSettings settings;
  private final CountingObjectStore store;
  private final NewRequests requests;
  private final Clock clock;
  private final String lineage;
  private final ReportedShards reported;
  private Predecessor predecessor;
  private @Nullable ManifestRef parent;
  private long publishedAt;
  private long watermark;
  private boolean endOfInput;

  private ManifestAssembler(
      SinkSettings settings, ObjectStore store, Clock clock, AssemblerState state) {
    this.settings = settings;
    this.store = new CountingObjectStore(store);
    this.requests = new NewRequests(this.store);
    this.clock = clock;
    this.lineage = state.writer().lineage();
    this.predecessor = state.predecessor();
    this.parent = state.predecessor() instanceof Predecessor.Version v ? v.manifest() : null;
    this.publishedAt = state.publishedAt();
    this.watermark = state.watermark();
    this.reported =
        new ReportedShards(
            settings.content().numShards(), state.unpublished(), state.input(), state.cover());
  }

  /**
   * An assembler of a job that begins.
   *
   * @param store is closed in the end
   * @throws InvalidRequestException if the job begins with nothing and the dataset has a snapshot
   */
  static ManifestAssembler begin(SinkSettings settings, ObjectStore store, Clock clock) {
    // A takeover follows any version: the other writer may go on until the first announcement.
    Predecessor predecessor = settings.start().predecessor();
    if (settings.run().isStreaming()
        && !settings.start().takeover()
        && settings.start().base() == BaseSnapshot.EMPTY) {
      predecessor = new Predecessor.None();
      checkEmpty(settings, new Dataset(store).pointer().map(PointerState::pointer));
    }
    ManifestAssembler assembler =
        new ManifestAssembler(
            settings,
            store,
            clock,
            new AssemblerState(
                writer(settings, settings.run().lineage()),
                predecessor,
                0,
                NO_WATERMARK,
                Unpublished.NONE,
                settings.run().isStreaming() ? InputCounts.NONE : null,
                cover(settings)));
    assembler.parent = settings.start().current();
    return assembler;
  }

  private static AssemblerState.Writer writer(SinkSettings settings, String lineage) {
    return new AssemblerState.Writer(settings.content().shape(), settings.run().id(), lineage);
  }

  /** The snapshot that a continuous job begins on top of. */
  private static @Nullable ManifestCover cover(SinkSettings settings) {
    ManifestRef manifest = settings.start().onTopOf();
    return manifest == null ? null : new ManifestCover(manifest, Set.of());
  }

  private static void checkEmpty(SinkSettings settings, Optional<Pointer> pointer) {
    if (Predecessor.newestOf(pointer) instanceof Predecessor.None) {
      return;
    }
    throw new InvalidRequestException(
        """
        the dataset %s has version %s already, and the job begins with nothing: it would \
        take from readers what is there; go on from a checkpoint or savepoint of the job \
        that wrote it (flink run -s, or execution.state-recovery.path), start on top of \
        the current version with base(CURRENT), or replace it with takeover()"""
            .formatted(settings.target().dataset(), pointer.map(Pointer::lastVersion).orElse(0L)));
  }

  /**
   * An assembler of a job that is restored.
   *
   * @throws InvalidRequestException if routing or key encoding are not what they were
   */
  static ManifestAssembler restore(
      SinkSettings settings, ObjectStore store, Clock clock, AssemblerState state) {
    if (!state.writer().shape().equals(settings.content().shape())) {
      throw new InvalidRequestException(
          """
          the checkpoint is of a job with %s, found %s; restore with the same, or publish \
          the dataset anew with a backfill"""
              .formatted(state.writer().shape(), settings.content().shape()));
    }
    ManifestAssembler assembler = new ManifestAssembler(settings, store, clock, state);
    // Once a run: a later attempt of the same run must not take the dataset again.
    if (settings.start().takeover() && !state.writer().runId().equals(settings.run().id())) {
      assembler.predecessor = new Predecessor.Any();
    }
    return assembler;
  }

  @Override
  public void write(SubtaskReport report, Context context) {
    reported.add(report);
  }

  @Override
  public void writeWatermark(Watermark mark) {
    if (mark.getTimestamp() != END_OF_TIME) {
      watermark = Math.max(watermark, mark.getTimestamp());
    }
  }

  @Override
  public void flush(boolean end) {
    endOfInput = end;
  }

  @Override
  public Collection<Committable> prepareCommit() {
    if (!reported.hasReports()) {
      return List.of();
    }
    long checkpoint = reported.completeCheckpoint(endOfInput);
    try {
      if (mustPublish()) {
        return List.of(publish(checkpoint));
      }
      return settings.run().isStreaming() && reported.mustNote()
          ? List.of(note(checkpoint))
          : List.of();
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  private boolean mustPublish() {
    if (endOfInput) {
      // An empty input gives a version, too, if it is the first one.
      return reported.changed() || predecessor instanceof Predecessor.None;
    }
    return reported.changed() && isPublishIntervalOver();
  }

  /**
   * The interval is measured by the clock of this host, which may be set, or be another one after a
   * restart: a time to come is not waited for, so at worst a version comes early.
   */
  private boolean isPublishIntervalOver() {
    long passed = clock.millis() - publishedAt;
    return passed < 0 || passed >= settings.publishing().interval().toMillis();
  }

  private Publication publish(long checkpoint) {
    Manifest manifest = manifest(checkpoint);
    ManifestRef ref = new Publisher(store).store(manifest);
    Publication publication =
        new Publication(
            new Announcement(
                ref,
                settings.run().id(),
                Announcement.Size.of(manifest.stats()),
                lineage,
                checkpoint,
                predecessor),
            clock.instant(),
            endOfInput,
            counters(manifest.stats()));
    predecessor = new Predecessor.Version(ref);
    parent = ref;
    publishedAt = clock.millis();
    reported.stored(ref);
    reported.noted();
    reported.published();
    return publication;
  }

  /**
   * The note of a checkpoint; if that would be too large, it refers to a manifest that is not
   * published.
   */
  private CheckpointNote note(long checkpoint) {
    Instant takenAt = clock.instant();
    if (reported.uncovered().size() > settings.publishing().mostNoted()) {
      reported.stored(new Publisher(store).store(manifest(checkpoint)));
    }
    reported.noted();
    ManifestCover cover = reported.cover();
    return new CheckpointNote(
        new CheckpointNeeds(
            checkpoint, takenAt, cover == null ? null : cover.manifest(), reported.uncovered()));
  }

  private Manifest manifest(long checkpoint) {
    return Manifest.builder()
        .manifestId(UUID.randomUUID().toString().replace("-", ""))
        .parent(parent)
        .runId(settings.run().id())
        .createdAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
        .writer(
            new ManifestWriter(
                "flink",
                EnvironmentInformation.getVersion(),
                SoftwareVersion.current(),
                settings.run().mode()))
        .checkpointId(settings.run().isStreaming() ? checkpoint : null)
        .watermark(watermarkInstant())
        .sharding(settings.content().sharding())
        .keyEncoding(settings.content().keyEncoding())
        .valueFormat(settings.content().valueFormat())
        .valueSchema(settings.content().valueSchema())
        .engine(ShardBuilder.engine(settings.content().profile()))
        .stats(reported.stats())
        .input(reported.input())
        .custom(settings.content().custom())
        .shards(reported.entries())
        .build();
  }

  private @Nullable Instant watermarkInstant() {
    if (watermark == NO_WATERMARK) {
      return null;
    }
    Instant instant = Instant.ofEpochMilli(watermark);
    return instant.isBefore(FIRST_INSTANT) || instant.isAfter(LAST_INSTANT) ? null : instant;
  }

  private Map<String, Long> counters(SnapshotStats stats) {
    Map<String, Long> counters = new TreeMap<>(reported.unpublished().counters());
    counters.put(RunCounters.FILES, stats.files());
    counters.put(RunCounters.NEW_BYTES, stats.newBytes());
    Requests fresh = requests.take();
    counters.merge(RunCounters.PUTS, fresh.puts(), Long::sum);
    counters.merge(RunCounters.GETS, fresh.gets(), Long::sum);
    return counters;
  }

  @Override
  public List<AssemblerState> snapshotState(long checkpointId) {
    return List.of(
        new AssemblerState(
            writer(settings, lineage),
            predecessor,
            publishedAt,
            watermark,
            reported.unpublished(),
            reported.input(),
            reported.cover()));
  }

  @Override
  public void close() {
    store.close();
  }
}
