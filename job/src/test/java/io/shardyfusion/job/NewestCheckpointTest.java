package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.flink.publishing.SinkCheckpoint;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.job.RetainedCheckpoints.Retained;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of the checkpoints in a directory is the newest; {@code chk-<n>} has the number n. */
final class NewestCheckpointTest {

  private static final String MINE = "a".repeat(32);
  private static final String OTHER = "b".repeat(32);
  private static final String RUN = "1".repeat(32);

  @TempDir private Path directory;
  private ObjectStore store;
  private int manifests;

  @BeforeEach
  void open() {
    store = ObjectStores.open(directory.toUri().toString(), StoreOptions.defaults());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void checkpointsOfWhichNoneCanBeReadAreNotTakenForNone() throws IOException {
    Path metadata = Files.createDirectories(directory.resolve("cp/job/chk-3")).resolve("_metadata");
    Files.writeString(metadata, "torn");

    assertThat(RetainedCheckpoints.in(directory.resolve("none").toString()).ours()).isEmpty();
    assertThatThrownBy(() -> RetainedCheckpoints.in(directory.resolve("cp").toString()))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll(metadata.toString(), "begin with --restore none");
  }

  @Test
  void ofOneJobItIsTheOneWithTheHighestNumber() {
    ManifestRef first = announced(MINE, null);
    ManifestRef second = announced(MINE, first);

    assertThat(newest(at(9, MINE, first), at(10, MINE, second), at(8, MINE, null)))
        .isEqualTo("chk-10");
  }

  @Test
  void ofSeveralJobsItIsTheOneThatWritesTheDataset() {
    ManifestRef first = announced(OTHER, null);
    ManifestRef second = announced(MINE, first);

    assertThat(newest(at(90, OTHER, first), at(3, MINE, second), at(2, MINE, first)))
        .isEqualTo("chk-3");
  }

  @Test
  void whereTheWriterIsNoneOfThemNothingIsGuessed() {
    ManifestRef first = announced("c".repeat(32), null);

    assertThatThrownBy(() -> newest(at(90, OTHER, first), at(2, MINE, first), at(3, MINE, first)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(
            "2 jobs",
            "c".repeat(32),
            "--restore PATH",
            "chk-90 (lineage " + OTHER + ", checkpoint 90)",
            "chk-3 (lineage " + MINE + ", checkpoint 3)",
            "--base current")
        .hasMessageNotContaining("chk-2 ");
    // One job is no question, whoever writes; it will be told who does.
    assertThat(newest(at(2, MINE, first), at(3, MINE, first))).isEqualTo("chk-3");
  }

  @Test
  void whereTheDatasetHasNoWriterOneJobIsTakenAndOfSeveralNone() {
    assertThat(newest(at(1, MINE, null), at(2, MINE, null))).isEqualTo("chk-2");
    assertThatThrownBy(() -> newest(at(1, MINE, null), at(2, OTHER, null)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("the dataset has no writer yet");
  }

  /** The job went on from checkpoint 50 with a takeover, when it had come to 100 before. */
  @Test
  void aBranchThatTheDatasetLeftIsPassedOver() {
    ManifestRef fifty = announced(MINE, null);
    ManifestRef hundred = announced(MINE, fifty);
    ManifestRef neverAnnounced = stored(hundred);
    ManifestRef branch = announced(MINE, fifty);

    assertThat(
            newest(
                at(50, MINE, fifty),
                at(100, MINE, hundred),
                at(101, MINE, neverAnnounced),
                at(51, MINE, branch)))
        .isEqualTo("chk-51");
  }

  @Test
  void whatIsStoredAndNotAnnouncedYetIsNewer() {
    ManifestRef first = announced(MINE, null);
    ManifestRef second = stored(first);
    ManifestRef third = stored(second);

    assertThat(newest(at(1, MINE, first), at(2, MINE, second), at(3, MINE, third)))
        .isEqualTo("chk-3");
  }

  @Test
  void beforeAnythingIsAnnouncedTheSameHolds() {
    assertThat(newest(at(1, MINE, null), at(2, MINE, stored(null)))).isEqualTo("chk-2");
  }

  @Test
  void oneOfAnotherDatasetLeadsNowhere() {
    ManifestRef first = announced(MINE, null);
    ManifestRef elsewhere =
        new ManifestRef(
            "manifests/20261122T100000.000Z_" + "9".repeat(32) + ".json", sha("elsewhere"));

    assertThat(newest(at(7, MINE, elsewhere), at(2, MINE, first))).isEqualTo("chk-2");
  }

  private String newest(Retained... retained) {
    return new NewestCheckpoint(new Dataset(store)).of(List.of(retained), "/checkpoints").path();
  }

  /** A checkpoint whose next version follows that one; null: is the first. */
  private static Retained at(long checkpoint, String lineage, @Nullable ManifestRef last) {
    return new Retained(
        "chk-" + checkpoint,
        new SinkCheckpoint(
            checkpoint,
            lineage,
            RUN,
            last == null ? new Predecessor.None() : new Predecessor.Version(last)));
  }

  private ManifestRef announced(String lineage, @Nullable ManifestRef parent) {
    ManifestRef ref = stored(parent);
    new Announcer(store, Clock.systemUTC())
        .announce(
            new Announcement(
                ref, RUN, new Announcement.Size(0, true, 0), lineage, 0, new Predecessor.Any()));
    return ref;
  }

  private ManifestRef stored(@Nullable ManifestRef parent) {
    return new Publisher(store)
        .store(
            Manifest.builder()
                .manifestId(String.format(Locale.ROOT, "%032x", ++manifests))
                .parent(parent)
                .runId(RUN)
                .createdAt(Instant.parse("2026-11-22T10:00:00Z"))
                .writer(new ManifestWriter("test", "1", "1", RunMode.STREAMING))
                .checkpointId(1L)
                .sharding(new HashSharding(1))
                .keyEncoding(KeyEncoding.I64)
                .valueFormat(ValueFormat.BYTES)
                .engine(ShardBuilder.engine(TableProfile.BALANCED))
                .stats(new SnapshotStats(0, true, 0, 0, 0, 0))
                .shards(
                    List.of(
                        ShardEntry.builder()
                            .shard(0)
                            .rows(0)
                            .rowsExact(true)
                            .bytes(0)
                            .files(0)
                            .descriptor(sha("descriptor"))
                            .build()))
                .build());
  }

  private static Sha256 sha(String text) {
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
