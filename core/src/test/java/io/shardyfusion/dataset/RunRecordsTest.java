package io.shardyfusion.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.RunNeeds;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunRecord.Status;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecordsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);
  private static final String RUN = "1".repeat(32);

  @TempDir Path directory;

  private ObjectStore store;
  private RunRecords records;

  @BeforeEach
  void open() {
    store =
        ObjectStores.open(directory.resolve("data").toUri().toString(), StoreOptions.defaults());
    records = new RunRecords(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aRunWithoutARecordHasNone() {
    assertThat(records.find(RUN)).isEmpty();
    records.end(RUN, Status.FAILED, "too late", NOW);
    assertThat(records.find(RUN)).isEmpty();
  }

  @Test
  void aRecordReplacesTheOneBefore() {
    RunRecord second = running(Map.of("puts", 2L));
    records.write(running(Map.of("puts", 1L)));
    records.write(second);

    assertThat(records.find(RUN)).contains(second);
  }

  @Test
  void aRunThatIsRecordedAsRunningIsEnded() {
    records.write(running(Map.of("puts", 1L)));
    records.end(RUN, Status.FAILED, "killed", LATER);

    assertThat(records.find(RUN))
        .contains(
            RunRecord.builder()
                .runId(RUN)
                .mode(RunMode.STREAMING)
                .status(Status.FAILED)
                .startedAt(NOW)
                .updatedAt(LATER)
                .lastVersion(7L)
                .error("killed")
                .counters(Map.of("puts", 1L))
                .build());
  }

  @Test
  void aRunThatHasEndedStaysAsItIs() {
    records.write(running(Map.of()));
    records.end(RUN, Status.SUCCEEDED, null, NOW);
    records.end(RUN, Status.FAILED, "no", LATER);

    assertThat(records.find(RUN).orElseThrow().status()).isEqualTo(Status.SUCCEEDED);
    assertThat(records.find(RUN).orElseThrow().updatedAt()).isEqualTo(NOW);
  }

  @Test
  void warningsOfARunningRunAreChangedAndNothingElseAndStayWhenItEnds() {
    RunWarning warning = new RunWarning(NOW, true, "cannot read a");
    assertThat(records.warn(RUN, none -> List.of(warning))).isFalse();
    records.write(running(Map.of("puts", 1L)));

    assertThat(records.warn(RUN, none -> List.of(warning))).isTrue();
    assertThat(records.find(RUN))
        .contains(running(Map.of("puts", 1L)).withWarnings(List.of(warning)));
    assertThat(records.warnings(RUN)).containsExactly(warning);

    records.end(RUN, Status.FAILED, "killed", LATER);
    assertThat(records.warnings(RUN)).containsExactly(warning);
    assertThat(records.warn(RUN, some -> List.of())).isFalse();
  }

  @Test
  void whatARunNeedsStaysWhenItIsWarnedAndWhenItEnds() {
    RunNeeds needs =
        RunNeeds.NONE.completed(
            new CheckpointNeeds(
                7, NOW, null, List.of(new DescriptorRef(3, Sha256.of(new byte[1])))),
            3);
    records.write(running(Map.of()).withNeeds(needs));

    records.warn(RUN, none -> List.of(new RunWarning(NOW, true, "cannot read a")));
    records.end(RUN, Status.SUCCEEDED, null, LATER);

    assertThat(records.find(RUN).orElseThrow().needs()).isEqualTo(needs);
  }

  @Test
  void warningsDoNotUndoWhatTheOwnerOfTheRecordWritesMeanwhile() {
    records.write(running(Map.of("puts", 1L)));
    boolean written =
        records.warn(
            RUN,
            none -> {
              records.write(running(Map.of("puts", 2L)));
              return List.of(new RunWarning(NOW, false, "late"));
            });

    assertThat(written).isFalse();
    assertThat(records.find(RUN)).contains(running(Map.of("puts", 2L)));
  }

  @Test
  void anObjectThatIsNoRunRecordIsNamed() {
    store.write(Layout.run(RUN), "{".getBytes(UTF_8));

    assertThatThrownBy(() -> records.find(RUN))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining(Layout.run(RUN));
  }

  private static RunRecord running(Map<String, Long> counters) {
    return RunRecord.builder()
        .runId(RUN)
        .mode(RunMode.STREAMING)
        .status(Status.RUNNING)
        .startedAt(NOW)
        .updatedAt(NOW)
        .leaseExpiresAt(LATER)
        .lastVersion(7L)
        .counters(counters)
        .build();
  }
}
