package io.shardyfusion.flink.publishing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ConflictException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.flink.TestSettings;
import io.shardyfusion.flink.run.SinkMetrics;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunNeeds;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.Requests;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.TestClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.metrics.testutils.MetricListener;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink's writer and committer, of a job of two write subtasks with a shard each. */
final class PublishSinkTest {

  @TempDir private Path directory;

  private TestSettings settings;
  private ObjectStore store;
  private Dataset dataset;
  private final TestClock clock = new TestClock(TestSettings.STARTED);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeEach
  void open() {
    String uri = directory.resolve("dataset").toUri().toString();
    settings = TestSettings.fresh(uri, 2);
    store = ObjectStores.open(uri, StoreOptions.defaults());
    dataset = new Dataset(store);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable part : opened) {
      part.close();
    }
    store.close();
  }

  @Test
  void aPublicationOfAFailedCheckpointIsCommittedBeforeTheNextOne() throws Exception {
    ManifestAssembler writer = begin(settings);
    Publication one = checkpoint(writer, 1, "a", "b");
    Publication two = checkpoint(writer, 2, "a2", null); // aborted
    Publication three = checkpoint(writer, 3, null, "b3");
    PublicationCommitter committer = committer(settings);

    commit(committer, one);
    commit(committer, two, three);

    assertThat(versions()).containsExactly(3L, 2L, 1L);
    assertThat(descriptors(manifest(two.announcement().manifest()))).containsExactly("a2", "b");
    assertThat(descriptors(manifest(three.announcement().manifest()))).containsExactly("a2", "b3");
    assertThat(manifest(three.announcement().manifest()).parent())
        .isEqualTo(two.announcement().manifest());
    assertThat(manifest(three.announcement().manifest()).checkpointId()).isEqualTo(3);
  }

  @Test
  void aJobThatIsRestoredFromBeforeAFailedCheckpointFollowsWhatWasAnnounced() throws Exception {
    ManifestAssembler writer = begin(settings);
    Publication one = checkpoint(writer, 1, "a", "b");
    AssemblerState state = state(writer, 1);
    checkpoint(writer, 2, "lost", null);
    commit(committer(settings), one);

    ManifestAssembler restored = restore(settings, state);
    Publication again = publish(restored, report(2, 0, "again"), all(2, 1, "b"));
    commit(committer(settings), one, again);

    assertThat(versions()).containsExactly(2L, 1L);
    assertThat(descriptors(current())).containsExactly("again", "b");
  }

  @Test
  void whatIsCommittedAgainAfterARestartIsRecognised() throws Exception {
    ManifestAssembler writer = begin(settings);
    Publication one = checkpoint(writer, 1, "a", "b");
    Publication two = checkpoint(writer, 2, "a2", null);
    PublicationCommitter first = committer(settings);
    commit(first, one);
    commit(first, two);
    Pointer before = dataset.pointer().orElseThrow().pointer();
    RunRecord record = record(settings);

    PublicationCommitter second = committer(settings);
    commit(second, one);
    commit(second, two);

    assertThat(dataset.pointer().orElseThrow().pointer()).isEqualTo(before);
    assertThat(record(settings).lastVersion()).isEqualTo(2);
    assertThat(record.counters()).containsEntry(RunCounters.RECORDS, 3L);
    assertThat(record(settings).counters())
        .containsEntry(RunCounters.RECORDS, 3L)
        .containsEntry(RunCounters.NEW_BYTES, record.counters().get(RunCounters.NEW_BYTES));
  }

  @Test
  void whatAnotherRunDidIsNotCountedByTheRunThatCommitsItAgain() throws Exception {
    Publication one = checkpoint(begin(settings), 1, "a", "b");
    commit(committer(settings), one);

    commit(committer(settings.run(2)), one);

    assertThat(record(settings.run(2)).counters()).doesNotContainKey(RunCounters.RECORDS);
  }

  @Test
  void nothingIsPublishedWhereNothingChanged() throws Exception {
    ManifestAssembler writer = begin(settings);
    checkpoint(writer, 1, "a", "b");
    long objects = objects();

    add(writer, report(2, 0, null), report(2, 1, null));
    assertThat(writer.prepareCommit()).isEmpty();
    ManifestAssembler restored = restore(settings, state(writer, 2));
    add(restored, all(3, 0, "a"), all(3, 1, "b"));
    assertThat(published(restored)).isEmpty();
    restored.flush(true);
    add(restored, last(4, 0), last(4, 1));
    assertThat(published(restored)).isEmpty();

    assertThat(objects()).isEqualTo(objects);
  }

  @Test
  void versionsAreNoCloserThanThePublishIntervalAndTheEndDoesNotWait() throws Exception {
    TestSettings slow = settings.every(Duration.ofMinutes(1));
    ManifestAssembler writer = begin(slow);
    checkpoint(writer, 1, "a", "b");
    clock.advance(Duration.ofSeconds(59));
    add(writer, report(2, 0, "a2"), report(2, 1, null));
    assertThat(published(writer)).isEmpty();
    ManifestAssembler restored = restore(slow, state(writer, 2));
    add(restored, all(3, 0, "a2"), all(3, 1, "b"));
    assertThat(published(restored)).isEmpty();
    clock.advance(Duration.ofSeconds(1));

    Publication late = publish(restored, report(4, 0, null), report(4, 1, null));
    assertThat(descriptors(manifest(late.announcement().manifest()))).containsExactly("a2", "b");
    assertThat(late.announcement().epoch()).isEqualTo(4);

    add(restored, report(5, 0, "a5"), report(5, 1, null));
    assertThat(published(restored)).isEmpty();
    restored.flush(true);
    Publication end = publish(restored, last(6, 0), last(6, 1));
    assertThat(end.isLast()).isTrue();
    assertThat(descriptors(manifest(end.announcement().manifest()))).containsExactly("a5", "b");
  }

  @Test
  void anEmptyBoundedInputPublishesOneEmptyVersion() throws Exception {
    ManifestAssembler writer = begin(settings);
    writer.flush(true);
    Publication only = publish(writer, lastOf(1, 0, emptyShard(0)), lastOf(1, 1, emptyShard(1)));
    commit(committer(settings), only);

    assertThat(current().stats().rows()).isZero();
    assertThat(current().shards()).hasSize(2);
    assertThat(record(settings).status()).isEqualTo(RunRecord.Status.SUCCEEDED);
    assertThat(published(writer)).isEmpty();
  }

  @Test
  void aMissingReportOfASubtaskOrShardFails() {
    ManifestAssembler one = begin(settings);
    add(one, report(1, 0, "a"));
    assertThatThrownBy(one::prepareCommit)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("checkpoint 1", "2 subtasks", "found 1");

    ManifestAssembler two = begin(settings);
    add(two, report(1, 0, "a"), report(1, 1, null));
    assertThatThrownBy(two::prepareCommit)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("2 shards", "and 1");
  }

  @Test
  void aRestoredJobOfAnotherShapeIsToldWhatToDo() throws Exception {
    ManifestAssembler writer = begin(settings);
    checkpoint(writer, 1, "a", "b");

    assertThatThrownBy(() -> restore(settings.ofShards(3), state(writer, 1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("2 shards", "3 shards", "backfill");
    PublishSink sink = new PublishSink(settings.ofShards(3).settings());
    assertThatThrownBy(() -> sink.restoreWriter(null, List.of(state(writer, 1))))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCauseInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aFreshJobOverASnapshotIsToldWhatThereIsToChoose() throws Exception {
    commit(committer(settings), checkpoint(begin(settings), 1, "a", "b"));

    assertThatThrownBy(() -> begin(settings.run(2)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(
            settings.uri(), "version 1", "flink run -s", "base(CURRENT)", "takeover()");
  }

  @Test
  void aJobThatTakesOverFollowsWhateverIsThereAndOnceOnly() throws Exception {
    commit(committer(settings), checkpoint(begin(settings), 1, "a", "b"));
    TestSettings other = settings.run(2).takingOver();
    ManifestAssembler writer = begin(other);
    Publication taken = checkpoint(writer, 1, "x", "y");
    AssemblerState state = state(writer, 1);
    commit(committer(other), taken);
    assertThat(descriptors(current())).containsExactly("x", "y");

    TestSettings third = settings.run(3).takingOver();
    commit(committer(third), checkpoint(begin(third), 1, "p", "q"));

    // A later attempt of the same run: it lost the dataset, and does not take it again.
    ManifestAssembler restored = restore(other, state);
    Publication late = publish(restored, report(2, 0, "x2"), all(2, 1, "y"));
    assertThatThrownBy(() -> commit(committer(other), taken, late))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCauseInstanceOf(ConflictException.class)
        .hasStackTraceContaining("3".repeat(32));
    assertThat(descriptors(current())).containsExactly("p", "q");
    assertThat(record(other).status()).isEqualTo(RunRecord.Status.FAILED);
  }

  @Test
  void aRestoredJobTakesOverAlsoWithWhatItHadLeftToAnnounce() throws Exception {
    ManifestAssembler writer = begin(settings);
    commit(committer(settings), checkpoint(writer, 1, "a", "b"));
    Publication savepoint = checkpoint(writer, 2, "a2", null); // and the job was killed
    AssemblerState state = state(writer, 2);
    TestSettings other = settings.run(2).takingOver();
    commit(committer(other), checkpoint(begin(other), 1, "x", "y"));

    TestSettings restoredRun = settings.run(3).takingOver();
    PublicationCommitter committer = committer(restoredRun);
    commit(committer, savepoint); // Flink restores the committer first
    ManifestAssembler restored = restore(restoredRun, state);
    commit(committer, publish(restored, report(3, 0, "a3"), all(3, 1, "b")));

    assertThat(descriptors(current())).containsExactly("a3", "b");
    assertThat(versions()).containsExactly(4L, 3L, 2L, 1L);
    assertThat(dataset.pointer().orElseThrow().pointer().writer().lineage())
        .isEqualTo(settings.lineage());
  }

  @Test
  void aJobRestoredFromAnOldSavepointDoesNotTakeTheDatasetBack() throws Exception {
    ManifestAssembler writer = begin(settings);
    PublicationCommitter committer = committer(settings);
    Publication one = checkpoint(writer, 1, "a", "b");
    AssemblerState savepoint = state(writer, 1);
    commit(committer, one);
    commit(committer, checkpoint(writer, 2, "a2", null));

    TestSettings later = settings.run(2);
    ManifestAssembler restored = restore(later, savepoint);
    Publication behind = publish(restored, report(2, 0, "other"), all(2, 1, "b"));

    MetricListener metrics = new MetricListener();
    assertThatThrownBy(() -> commit(committer(later, metrics.getMetricGroup()), one, behind))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCauseInstanceOf(ConflictException.class)
        .hasStackTraceContaining("takeover()");
    assertThat(descriptors(current())).containsExactly("a2", "b");
    assertThat(count(metrics, SinkMetrics.ANNOUNCEMENT_FAILURES)).isEqualTo(1);
    assertThat(count(metrics, SinkMetrics.FENCED)).isEqualTo(1);
  }

  @Test
  void theWatermarkGoesToTheManifestAndNeverBack() throws Exception {
    ManifestAssembler writer = begin(settings);
    assertThat(watermark(checkpoint(writer, 1, "a", "b"))).isNull();
    writer.writeWatermark(new Watermark(Long.MIN_VALUE));
    assertThat(watermark(checkpoint(writer, 2, "a2", null))).isNull();
    writer.writeWatermark(new Watermark(5_000));
    writer.writeWatermark(new Watermark(4_000));
    assertThat(watermark(checkpoint(writer, 3, "a3", null))).isEqualTo(Instant.ofEpochMilli(5_000));

    ManifestAssembler restored = restore(settings, state(writer, 3));
    restored.writeWatermark(new Watermark(1_000));
    Publication after = publish(restored, report(4, 0, "a4"), all(4, 1, "b"));
    assertThat(watermark(after)).isEqualTo(Instant.ofEpochMilli(5_000));

    restored.writeWatermark(new Watermark(Long.MAX_VALUE));
    restored.flush(true);
    Publication end = publish(restored, lastOf(5, 0, shard(0, "a5", true)), last(5, 1));
    assertThat(watermark(end)).isEqualTo(Instant.ofEpochMilli(5_000));
  }

  @Test
  void newBytesAndFilesAreExactOverCheckpointsThatAreNotAnnounced() throws Exception {
    TestSettings slow = settings.every(Duration.ofMinutes(1));
    ManifestAssembler writer = begin(slow);
    Publication first = publish(writer, files(1, 0, "+p1", "+p2"), files(1, 1, "+q1"));
    assertThat(news(first)).containsExactly(30L, 3L);
    // p3 comes and goes between two versions; p2 is rewritten into p4; p1 stays.
    add(writer, files(2, 0, "p1", "p2", "+p3"), report(2, 1, null));
    assertThat(published(writer)).isEmpty();
    ManifestAssembler restored = restore(slow, state(writer, 2));
    add(restored, files(3, 0, "p1", "+p4"), all(3, 1, "b"));
    assertThat(published(restored)).isEmpty();
    add(restored, files(4, 0, "p1", "p4", "+p5"), files(4, 1, "q1", "+q2"));
    clock.advance(Duration.ofMinutes(1));

    List<Publication> published = published(restored);
    assertThat(published).hasSize(1);
    assertThat(news(published.get(0))).containsExactly(30L, 3L);
    assertThat(published.get(0).counters()).containsEntry(RunCounters.NEW_BYTES, 30L);
    assertThat(manifest(published.get(0).announcement().manifest()).stats().files()).isEqualTo(5);
  }

  @Test
  void aStreamThatDeletesEveryRowTakesThemFromReadersOnlyWhereThatIsMeant() throws Exception {
    ManifestAssembler writer = begin(settings);
    MetricListener metrics = new MetricListener();
    PublicationCommitter committer = committer(settings, metrics.getMetricGroup());
    commit(committer, checkpoint(writer, 1, "a", "b"));
    Publication empty = publish(writer, deletedAll(2, 0), deletedAll(2, 1));

    assertThatThrownBy(() -> commit(committer, empty))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCauseInstanceOf(EmptySnapshotException.class)
        .hasStackTraceContaining("allowEmpty()");
    assertThat(count(metrics, SinkMetrics.ANNOUNCEMENT_FAILURES)).isEqualTo(1);
    assertThat(count(metrics, SinkMetrics.FENCED)).isZero();
    assertThat(descriptors(current())).containsExactly("a", "b");
    assertThat(record(settings).status()).isEqualTo(RunRecord.Status.FAILED);

    // As the message says: the committable comes again from the state.
    commit(committer(settings.run(2).allowingEmpty()), empty);
    assertThat(current().stats().rows()).isZero();
    assertThat(versions()).containsExactly(2L, 1L);
  }

  @Test
  void aVersionSaysWhatWasReadUpToItsCheckpointWhateverWasAbortedHeldBackOrRestored()
      throws Exception {
    TestSettings slow = settings.every(Duration.ofMinutes(1));
    ManifestAssembler writer = begin(slow);
    Publication one = publish(writer, counted(1, 0, 10, 1, 0), counted(1, 1, 5, 0, 2));
    assertThat(manifest(one.announcement().manifest()).input())
        .isEqualTo(new InputCounts(17, 1, 2));

    add(writer, counted(2, 0, 7, 0, 1)); // aborted before the other subtask
    add(writer, counted(3, 0, 1, 1, 0), counted(3, 1, 1, 0, 0));
    assertThat(published(writer)).isEmpty(); // within the interval
    ManifestAssembler restored = restore(slow.run(2), state(writer, 3));
    add(writer, counted(4, 0, 100, 0, 0), counted(4, 1, 100, 0, 0)); // of the attempt that failed

    add(restored, counted(4, 0, 3, 0, 1), counted(4, 1, 0, 0, 0));
    clock.advance(Duration.ofMinutes(1));
    List<Publication> two = published(restored);
    assertThat(manifest(two.get(0).announcement().manifest()).input())
        .isEqualTo(new InputCounts(17 + 10 + 4, 1 + 1, 2 + 1 + 1));
  }

  @Test
  void ofAJobThatBeganBeforeItsInputWasCountedNothingIsSaid() throws Exception {
    ManifestAssembler writer = begin(settings);
    publish(writer, counted(1, 0, 10, 1, 0), counted(1, 1, 5, 0, 2));

    ManifestAssembler restored = restore(settings, state(writer, 1).withInput(null));
    Publication two = publish(restored, counted(2, 0, 1, 0, 0), counted(2, 1, 1, 0, 0));
    assertThat(manifest(two.announcement().manifest()).input()).isNull();
  }

  @Test
  void aClockThatIsSetBackHoldsNoVersionBack() throws Exception {
    for (Duration interval : List.of(Duration.ZERO, Duration.ofMinutes(1))) {
      TestSettings every = settings.every(interval);
      ManifestAssembler writer = begin(every);
      checkpoint(writer, 1, "a", "b");
      AssemblerState state = state(writer, 1);
      clock.advance(Duration.ofHours(-2));

      checkpoint(writer, 2, "a2", null);
      checkpoint(restore(every.run(2), state), 2, "a3", "b3");
    }
  }

  @Test
  void whatACheckpointNeedsThatIsNotAnnouncedIsInTheRunRecord() throws Exception {
    TestSettings slow = settings.every(Duration.ofMinutes(1));
    PublicationCommitter committer = committer(slow);
    ManifestAssembler writer = begin(slow);
    Publication one = checkpoint(writer, 1, "a", "b");
    CheckpointNote two = noted(writer, report(2, 0, "a2"), report(2, 1, null));
    assertThat(two).isEqualTo(note(2, one.announcement().manifest(), descriptor(0, "a2")));
    CheckpointNote three = noted(writer, report(3, 0, null), report(3, 1, "b3"));
    assertThat(three)
        .isEqualTo(
            note(3, one.announcement().manifest(), descriptor(0, "a2"), descriptor(1, "b3")));

    commit(committer, one);
    commit(committer, two, three); // that of 2 was aborted, perhaps
    assertThat(record(slow).needs().checkpoints()).hasSize(1);
    committer.close();
    assertThat(record(slow).needs())
        .isEqualTo(
            new RunNeeds(
                null,
                List.of(
                    note(1, one.announcement().manifest()).needs(), two.needs(), three.needs())));
  }

  @Test
  void aRestoredJobNotesWhatItHasThoughNothingChanged() throws Exception {
    TestSettings slow = settings.every(Duration.ofMinutes(1));
    ManifestAssembler writer = begin(slow);
    Publication one = checkpoint(writer, 1, "a", "b");
    noted(writer, report(2, 0, "a2"), report(2, 1, null));
    AssemblerState state = state(writer, 2);

    assertThat(noted(restore(slow.run(2), state), all(3, 0, "a2"), all(3, 1, "b")))
        .isEqualTo(note(3, one.announcement().manifest(), descriptor(0, "a2")));
    assertThat(noted(restore(slow.run(2), state.withCover(null)), all(3, 0, "a2"), all(3, 1, "b")))
        .as("from a state that does not know which manifest has most")
        .isEqualTo(note(3, null, descriptor(0, "a2"), descriptor(1, "b")));
  }

  @Test
  void aJobOnTopOfASnapshotNotesThatAndAFreshOneAllOfItsShards() throws Exception {
    assertThat(noted(begin(settings), all(1, 0, "a"), all(1, 1, "b")))
        .isEqualTo(note(1, null, descriptor(0, "a"), descriptor(1, "b")));
    Publication base = checkpoint(begin(settings), 1, "a", "b");
    commit(committer(settings), base);

    TestSettings onTop = settings.run(2).onTopOf(base.announcement().manifest());
    assertThat(noted(begin(onTop), all(1, 0, "a"), all(1, 1, "b")))
        .isEqualTo(note(1, base.announcement().manifest()));
  }

  @Test
  void whereTooManyShardsChangedToBeNotedAManifestThatIsNotAnnouncedHasThem() throws Exception {
    TestSettings wide = settings.ofShards(200).every(Duration.ofMinutes(1)).retaining(100);
    ManifestAssembler writer = begin(wide);
    Publication one = publish(writer, wide(1, 200));
    CheckpointNote few = noted(writer, wide(2, 128));
    assertThat(few.needs().manifest()).isEqualTo(one.announcement().manifest());
    assertThat(few.needs().descriptors()).hasSize(8192 / 64);
    long objects = objects();

    CheckpointNote many = noted(writer, wide(3, 129));
    assertThat(objects()).isEqualTo(objects + 1);
    assertThat(many.needs().descriptors()).isEmpty();
    Manifest stored = manifest(many.needs().manifest());
    assertThat(stored.checkpointId()).isEqualTo(3);
    assertThat(stored.shards().get(128).descriptor()).isEqualTo(digest("x3-128"));
    assertThat(stored.shards().get(129).descriptor()).isEqualTo(digest("x1-129"));

    CheckpointNote after = noted(restore(wide, state(writer, 3)), wide(4, 200, 1));
    assertThat(after.needs().manifest()).isEqualTo(many.needs().manifest());
    assertThat(after.needs().descriptors()).containsExactly(descriptor(0, "x4-0"));
    assertThat(objects()).isEqualTo(objects + 1);
  }

  /** The first shards of one subtask, all changed. */
  private static SubtaskReport wide(long checkpoint, int shards) {
    return wide(checkpoint, shards, shards);
  }

  private static SubtaskReport wide(long checkpoint, int shards, int changed) {
    List<ShardReport> reports =
        IntStream.range(0, shards)
            .mapToObj(i -> shard(i, "x" + checkpoint + "-" + i, i < changed))
            .toList();
    return new SubtaskReport(
        checkpoint, 0, 1, false, reports, new SubtaskReport.Rows(1, 0, 0), Requests.NONE);
  }

  private static DescriptorRef descriptor(int shard, String name) {
    return new DescriptorRef(shard, digest(name));
  }

  private ManifestAssembler begin(TestSettings of) {
    return kept(ManifestAssembler.begin(of.settings(), opened(of), clock));
  }

  private ManifestAssembler restore(TestSettings of, AssemblerState state) throws Exception {
    AssemblerStateSerializer serializer = new AssemblerStateSerializer();
    AssemblerState restored =
        serializer.deserialize(serializer.getVersion(), serializer.serialize(state));
    return kept(ManifestAssembler.restore(of.settings(), opened(of), clock, restored));
  }

  private PublicationCommitter committer(TestSettings of) {
    return committer(of, new UnregisteredMetricsGroup());
  }

  private PublicationCommitter committer(TestSettings of, MetricGroup metrics) {
    return kept(new PublicationCommitter(of.settings(), opened(of), clock, metrics, false));
  }

  private static long count(MetricListener metrics, String counter) {
    return metrics.getCounter(counter).orElseThrow().getCount();
  }

  private static ObjectStore opened(TestSettings of) {
    return of.settings().target().open();
  }

  private <T extends AutoCloseable> T kept(T part) {
    opened.add(part);
    return part;
  }

  private static AssemblerState state(ManifestAssembler writer, long checkpoint) {
    return writer.snapshotState(checkpoint).get(0);
  }

  /** A checkpoint in which the shards became what the names say; null: unchanged. */
  private static Publication checkpoint(
      ManifestAssembler writer, long checkpoint, String first, String second) {
    return publish(writer, report(checkpoint, 0, first), report(checkpoint, 1, second));
  }

  private static Publication publish(ManifestAssembler writer, SubtaskReport... reports) {
    add(writer, reports);
    List<Publication> publications = published(writer);
    assertThat(publications).hasSize(1);
    return publications.get(0);
  }

  private static List<Publication> published(ManifestAssembler writer) {
    return writer.prepareCommit().stream()
        .filter(Publication.class::isInstance)
        .map(Publication.class::cast)
        .toList();
  }

  /** What is noted of a checkpoint that is not published. */
  private static CheckpointNote noted(ManifestAssembler writer, SubtaskReport... reports) {
    add(writer, reports);
    List<Committable> committables = List.copyOf(writer.prepareCommit());
    assertThat(committables).hasSize(1);
    return (CheckpointNote) committables.get(0);
  }

  private CheckpointNote note(long checkpoint, ManifestRef manifest, DescriptorRef... others) {
    return new CheckpointNote(
        new CheckpointNeeds(checkpoint, clock.instant(), manifest, List.of(others)));
  }

  private static void add(ManifestAssembler writer, SubtaskReport... reports) {
    Stream.of(reports).forEach(r -> writer.write(r, null));
  }

  /** Commits as Flink does, serialized in between. */
  private static void commit(PublicationCommitter committer, Committable... committables)
      throws Exception {
    CommittableSerializer serializer = new CommittableSerializer();
    List<CommitRequest<Committable>> requests = new ArrayList<>();
    for (Committable committable : committables) {
      requests.add(
          new Request(
              serializer.deserialize(serializer.getVersion(), serializer.serialize(committable))));
    }
    committer.commit(requests);
  }

  private static SubtaskReport report(long checkpoint, int subtask, String name) {
    return new SubtaskReport(
        checkpoint,
        subtask,
        2,
        false,
        name == null ? List.of() : List.of(shard(subtask, name, true)),
        new SubtaskReport.Rows(name == null ? 0 : 1, 0, 0),
        new Requests(1, 0));
  }

  /** Of one changed shard, with what was read for it. */
  private static SubtaskReport counted(
      long checkpoint, int subtask, long records, long deletes, long badRows) {
    return new SubtaskReport(
        checkpoint,
        subtask,
        2,
        false,
        List.of(shard(subtask, "x" + checkpoint, true)),
        new SubtaskReport.Rows(records, deletes, badRows),
        Requests.NONE);
  }

  /** A shard that has files, but no row any more. */
  private static SubtaskReport deletedAll(long checkpoint, int subtask) {
    ShardEntry entry =
        ShardEntry.builder()
            .shard(subtask)
            .rows(0)
            .rowsExact(true)
            .bytes(10)
            .files(1)
            .descriptor(digest("deleted" + subtask))
            .build();
    return new SubtaskReport(
        checkpoint,
        subtask,
        2,
        false,
        List.of(new ShardReport(entry, true, List.of())),
        new SubtaskReport.Rows(1, 1, 0),
        Requests.NONE);
  }

  /** The first report of an attempt, of a shard that did not change since. */
  private static SubtaskReport all(long checkpoint, int subtask, String name) {
    return new SubtaskReport(
        checkpoint,
        subtask,
        2,
        false,
        List.of(shard(subtask, name, false)),
        SubtaskReport.Rows.NONE,
        Requests.NONE);
  }

  private static SubtaskReport last(long checkpoint, int subtask) {
    return new SubtaskReport(
        checkpoint, subtask, 2, true, List.of(), SubtaskReport.Rows.NONE, Requests.NONE);
  }

  private static SubtaskReport lastOf(long checkpoint, int subtask, ShardReport shard) {
    return new SubtaskReport(
        checkpoint, subtask, 2, true, List.of(shard), SubtaskReport.Rows.NONE, Requests.NONE);
  }

  /** A changed shard of those files of 10 bytes; {@code +}: it did not have the file before. */
  private static SubtaskReport files(long checkpoint, int subtask, String... names) {
    List<ReportedFile> files =
        Stream.of(names)
            .map(n -> new ReportedFile(digest(n.replace("+", "")), 10, n.startsWith("+")))
            .toList();
    ShardEntry entry =
        ShardEntry.builder()
            .shard(subtask)
            .rows(1)
            .rowsExact(false)
            .bytes(10L * names.length)
            .files(names.length)
            .descriptor(digest(String.join(" ", names)))
            .build();
    return new SubtaskReport(
        checkpoint,
        subtask,
        2,
        false,
        List.of(new ShardReport(entry, true, files)),
        new SubtaskReport.Rows(1, 0, 0),
        Requests.NONE);
  }

  private static ShardReport shard(int shard, String name, boolean changed) {
    HexBytes key = HexBytes.of(new byte[] {1});
    ShardEntry entry =
        ShardEntry.builder()
            .shard(shard)
            .rows(1)
            .rowsExact(true)
            .bytes(10)
            .files(1)
            .minKey(key)
            .maxKey(key)
            .descriptor(digest(name))
            .build();
    return new ShardReport(
        entry, changed, changed ? List.of(new ReportedFile(digest(name), 10, true)) : List.of());
  }

  private static ShardReport emptyShard(int shard) {
    ShardEntry entry =
        ShardEntry.builder()
            .shard(shard)
            .rows(0)
            .rowsExact(true)
            .bytes(0)
            .files(0)
            .descriptor(digest("empty" + shard))
            .build();
    return new ShardReport(entry, true, List.of());
  }

  private static Sha256 digest(String name) {
    return Sha256.of(name.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> descriptors(Manifest manifest) {
    List<String> names =
        List.of("a", "b", "a2", "b3", "a3", "a5", "x", "y", "x2", "p", "q", "again", "lost");
    return manifest.shards().stream()
        .map(
            e ->
                names.stream()
                    .filter(n -> digest(n).equals(e.descriptor()))
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private Instant watermark(Publication publication) {
    return manifest(publication.announcement().manifest()).watermark();
  }

  private List<Long> news(Publication publication) {
    Manifest manifest = manifest(publication.announcement().manifest());
    return List.of(manifest.stats().newBytes(), manifest.stats().newFiles());
  }

  private Manifest manifest(ManifestRef ref) {
    return dataset.manifest(ref);
  }

  private Manifest current() {
    return manifest(dataset.current().manifest());
  }

  private List<Long> versions() {
    return dataset.pointer().orElseThrow().pointer().history().stream()
        .map(PointerEntry::version)
        .toList();
  }

  private RunRecord record(TestSettings of) {
    return new RunRecords(store).find(of.runId()).orElseThrow();
  }

  private long objects() {
    try (var objects = store.list("")) {
      return objects.count();
    }
  }

  /** A request of Flink's to commit; a failed one is an exception here, always. */
  private record Request(Committable getCommittable) implements CommitRequest<Committable> {

    @Override
    public Committable getCommittable() {
      return getCommittable;
    }

    @Override
    public int getNumberOfRetries() {
      return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable t) {
      throw new AssertionError("dropped", t);
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable t) {
      throw new AssertionError("dropped", t);
    }

    @Override
    public void retryLater() {
      throw new AssertionError("retried");
    }

    @Override
    public void updateAndRetryLater(Committable committable) {
      throw new AssertionError("retried");
    }

    @Override
    public void signalAlreadyCommitted() {
      throw new AssertionError("signalled");
    }
  }
}
