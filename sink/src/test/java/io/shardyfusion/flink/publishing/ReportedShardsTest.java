package io.shardyfusion.flink.publishing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.store.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two subtasks with a shard each; of aborted checkpoints a part of the reports comes. */
final class ReportedShardsTest {

  private final ReportedShards shards = new ReportedShards(2);

  @Test
  void aCheckpointIsCompleteWithTheReportsOfAllSubtasks() {
    shards.add(report(1, 0, "a"));
    shards.add(report(1, 1, "b"));

    assertThat(shards.completeCheckpoint(false)).isEqualTo(1);
    assertThat(files()).containsExactly("a", "b");
    assertThat(shards.hasReports()).isFalse();
  }

  @Test
  void whatWasReportedOfAnAbortedCheckpointIsKept() {
    first();
    shards.add(report(2, 0, "a2"));
    shards.add(nothing(2, 1));
    shards.add(nothing(3, 0));
    shards.add(report(3, 1, "b3"));

    assertThat(shards.completeCheckpoint(false)).isEqualTo(3);
    assertThat(files()).containsExactly("a2", "b3");
    assertThat(shards.changed()).isTrue();
    assertThat(shards.unpublished().newFiles().get(0)).containsOnlyKeys(digest("a2"));
  }

  @Test
  void anAbortedCheckpointMayHaveReachedSomeSubtasksOnly() {
    first();
    shards.add(report(2, 0, "a2"));
    shards.add(nothing(3, 0));
    shards.add(nothing(3, 1));

    assertThat(shards.completeCheckpoint(false)).isEqualTo(3);
    assertThat(files()).containsExactly("a2", "b");
  }

  @Test
  void aReportOfTheNextCheckpointMayOvertakeOneOfTheAbortedOne() {
    first();
    shards.add(report(2, 0, "a2"));
    shards.add(report(3, 0, "a3"));
    shards.add(report(2, 1, "b2"));
    shards.add(report(3, 1, "b3"));

    assertThat(shards.completeCheckpoint(false)).isEqualTo(3);
    assertThat(files()).containsExactly("a3", "b3");
  }

  @Test
  void aMissingReportIsNotMadeUpForByOneOfAnAbortedCheckpoint() {
    first();
    shards.add(report(2, 0, "a2"));
    shards.add(report(2, 1, "b2"));
    shards.add(report(3, 0, "a3"));

    assertThatThrownBy(() -> shards.completeCheckpoint(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("checkpoint 3", "2 subtasks", "found 1");
  }

  @Test
  void aSubtaskDoesNotReportACheckpointTwiceOrGoBack() {
    shards.add(report(2, 0, "a"));

    assertThatThrownBy(() -> shards.add(report(2, 0, "a")))
        .hasMessageContaining("reported checkpoint 2 after checkpoint 2");
    assertThatThrownBy(() -> shards.add(report(1, 0, "a"))).hasMessageContaining("checkpoint 1");
  }

  /** A drain with a savepoint aborts the checkpoint under way, and then the input ends. */
  @Test
  void theInputMayEndAfterACheckpointThatWasAbortedOnItsWay() {
    first();
    shards.add(report(2, 0, "a2"));
    shards.add(last(3, 0));
    shards.add(last(2, 1));

    assertThat(shards.completeCheckpoint(true)).isEqualTo(3);
    assertThat(files()).containsExactly("a2", "b");
  }

  @Test
  void aSubtaskThatHasEndedIsCompleteInEveryLaterCheckpoint() {
    first();
    shards.add(last(2, 0));
    shards.add(report(2, 1, "b2"));
    assertThat(shards.completeCheckpoint(false)).isEqualTo(2);
    shards.add(report(3, 1, "b3"));
    assertThat(shards.completeCheckpoint(false)).isEqualTo(3);
    shards.add(last(4, 1));

    assertThat(shards.completeCheckpoint(true)).isEqualTo(4);
    assertThat(files()).containsExactly("a", "b3");
  }

  @Test
  void atTheEndOfInputEverySubtaskMustHaveEnded() {
    first();
    shards.add(last(3, 0));
    shards.add(report(3, 1, "b3"));

    assertThatThrownBy(() -> shards.completeCheckpoint(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("2 subtasks", "found 1");
  }

  private static SubtaskReport last(long checkpoint, int subtask) {
    return new SubtaskReport(
        checkpoint, subtask, 2, true, List.of(), SubtaskReport.Rows.NONE, Requests.NONE);
  }

  private void first() {
    shards.add(report(1, 0, "a"));
    shards.add(report(1, 1, "b"));
    shards.completeCheckpoint(false);
    shards.published();
  }

  /** The names of the descriptors of both shards. */
  private List<String> files() {
    return shards.entries().stream()
        .map(
            e ->
                List.of("a", "b", "a2", "b2", "a3", "b3").stream()
                    .filter(name -> digest(name).equals(e.descriptor()))
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private static SubtaskReport nothing(long checkpoint, int subtask) {
    return new SubtaskReport(
        checkpoint, subtask, 2, false, List.of(), SubtaskReport.Rows.NONE, Requests.NONE);
  }

  private static SubtaskReport report(long checkpoint, int subtask, String name) {
    HexBytes key = HexBytes.of(new byte[] {1});
    ShardEntry entry =
        ShardEntry.builder()
            .shard(subtask)
            .rows(1)
            .rowsExact(true)
            .bytes(10)
            .files(1)
            .minKey(key)
            .maxKey(key)
            .descriptor(digest(name))
            .build();
    ShardReport shard =
        new ShardReport(entry, true, List.of(new ReportedFile(digest(name), 10, true)));
    return new SubtaskReport(
        checkpoint,
        subtask,
        2,
        false,
        List.of(shard),
        new SubtaskReport.Rows(1, 0, 0),
        Requests.NONE);
  }

  private static Sha256 digest(String name) {
    return Sha256.of(name.getBytes(StandardCharsets.UTF_8));
  }
}
