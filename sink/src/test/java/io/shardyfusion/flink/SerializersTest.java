package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.flink.publishing.AssemblerState;
import io.shardyfusion.flink.publishing.AssemblerStateSerializer;
import io.shardyfusion.flink.publishing.CheckpointNote;
import io.shardyfusion.flink.publishing.Committable;
import io.shardyfusion.flink.publishing.CommittableSerializer;
import io.shardyfusion.flink.publishing.ManifestCover;
import io.shardyfusion.flink.publishing.Publication;
import io.shardyfusion.flink.publishing.PublishSink;
import io.shardyfusion.flink.publishing.Unpublished;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.ShardRowSerializer;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.flink.wire.SubtaskReportSerializer;
import io.shardyfusion.flink.writing.ShardStateSerializer;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.store.Requests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

final class SerializersTest {

  private static final Sha256 DIGEST = Sha256.of("digest".getBytes(StandardCharsets.UTF_8));

  private static final ManifestRef MANIFEST =
      new ManifestRef(
          "manifests/20261122T100000.000Z_0123456789abcdef0123456789abcdef.json", DIGEST);

  private static final ManifestRef BEFORE =
      new ManifestRef(
          "manifests/20261122T095900.000Z_fedcba9876543210fedcba9876543210.json", DIGEST);

  private static final Publication PUBLICATION =
      new Publication(
          new Announcement(
              MANIFEST,
              "1".repeat(32),
              new Announcement.Size(12, true, 3456),
              "2".repeat(32),
              7,
              new Predecessor.Version(BEFORE)),
          Instant.ofEpochMilli(1_795_341_600_000L),
          true,
          Map.of("puts", 17L, "gets", 3L));

  private static final ShardEntry ENTRY =
      ShardEntry.builder()
          .shard(5)
          .rows(100)
          .rowsExact(true)
          .bytes(2048)
          .files(1)
          .minKey(new HexBytes("00ff"))
          .descriptor(DIGEST)
          .build();

  private static final SubtaskReport REPORT =
      new SubtaskReport(
          7,
          1,
          3,
          true,
          List.of(
              new ShardReport(ENTRY, true, List.of(new ReportedFile(DIGEST, 2048, true))),
              new ShardReport(ENTRY, false, List.of())),
          new SubtaskReport.Rows(1000, 10, 3),
          new Requests(2, 0));

  private static final SubtaskReport REPORT_OF_NO_SHARD =
      new SubtaskReport(7, 1, 3, true, List.of(), SubtaskReport.Rows.NONE, Requests.NONE);

  private static final AssemblerState STATE =
      new AssemblerState(
          new AssemblerState.Writer(
              "hash sharding into 8 shards, key encoding i64", "1".repeat(32), "2".repeat(32)),
          new Predecessor.None(),
          1_795_341_600_000L,
          -5,
          new Unpublished(
              true, Map.of(5, Map.of(DIGEST, 2048L), 3, Map.of()), Map.of("records", 1000L)),
          new InputCounts(1003, 10, 3),
          new ManifestCover(MANIFEST, Set.of(5, 3)));

  private static final CheckpointNote NOTE =
      new CheckpointNote(
          new CheckpointNeeds(
              8,
              Instant.ofEpochMilli(1_795_341_600_000L),
              MANIFEST,
              List.of(new DescriptorRef(3, DIGEST), new DescriptorRef(5, DIGEST))));

  @Test
  void aCommittableOfEveryReleasedVersionIsReadable() throws IOException {
    byte[] version1 = fixture("publication-v1.hex");
    byte[] version2 = fixture("publication-v2.hex");

    assertThat(new CommittableSerializer().deserialize(1, version1))
        .isEqualTo(
            new Publication(
                new Announcement(
                    MANIFEST,
                    "1".repeat(32),
                    new Announcement.Size(12, false, 3456),
                    "2".repeat(32),
                    7,
                    new Predecessor.Version(BEFORE)),
                PUBLICATION.assembledAt(),
                PUBLICATION.isLast(),
                PUBLICATION.counters()));
    assertThat(new CommittableSerializer().deserialize(2, version2)).isEqualTo(PUBLICATION);
    for (Map.Entry<String, Committable> version3 :
        Map.<String, Committable>of(
                "publication-v3.hex", PUBLICATION, "checkpoint-note-v3.hex", NOTE)
            .entrySet()) {
      byte[] bytes = fixture(version3.getKey());
      assertThat(new CommittableSerializer().deserialize(3, bytes)).isEqualTo(version3.getValue());
      assertThat(new CommittableSerializer().serialize(version3.getValue())).isEqualTo(bytes);
    }
  }

  @Test
  void everyPredecessorOfACommittableSurvives() throws IOException {
    for (Predecessor predecessor :
        List.of(new Predecessor.None(), new Predecessor.Version(BEFORE), new Predecessor.Any())) {
      Publication publication = ofNoRows(predecessor);

      byte[] bytes = new CommittableSerializer().serialize(publication);

      assertThat(new CommittableSerializer().deserialize(3, bytes)).isEqualTo(publication);
    }
  }

  @Test
  void aCommittableOfALaterVersionIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> new CommittableSerializer().deserialize(4, new byte[0]))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("expected a committable of version 1 to 3, found version 4");
  }

  @Test
  void theStateOfTheSinkOfEveryReleasedVersionIsReadable() throws IOException {
    byte[] version1 = fixture("assembler-state-v1.hex");

    byte[] version2 = fixture("assembler-state-v2.hex");
    byte[] version3 = fixture("assembler-state-v3.hex");

    assertThat(new AssemblerStateSerializer().deserialize(1, version1))
        .isEqualTo(STATE.withInput(null).withCover(null));
    assertThat(new AssemblerStateSerializer().deserialize(2, version2))
        .isEqualTo(STATE.withCover(null));
    assertThat(new AssemblerStateSerializer().deserialize(3, version3)).isEqualTo(STATE);
    assertThat(new AssemblerStateSerializer().serialize(STATE)).isEqualTo(version3);
  }

  @Test
  void theStateOfASinkOfALaterVersionIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> new AssemblerStateSerializer().deserialize(4, new byte[0]))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("expected the state of a sink of version 1 to 3, found version 4");
  }

  @Test
  void theStateOfAShardOfEveryReleasedVersionIsReadable() throws IOException {
    byte[] version1 = fixture("shard-state-v1.hex");

    assertThat(ShardStateSerializer.fromBytes(version1)).isEqualTo(ENTRY);
    assertThat(ShardStateSerializer.toBytes(ENTRY)).isEqualTo(version1);
  }

  @Test
  void theStateOfAShardOfALaterVersionIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> ShardStateSerializer.fromBytes(new byte[] {2}))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("expected the state of a shard of version 1, found version 2");
  }

  @Test
  void aReportOfEveryReleasedVersionIsReadable() throws IOException {
    byte[] version1 = fixture("subtask-report-v1.hex");
    byte[] version2 = fixture("subtask-report-v2.hex");

    assertThat(SubtaskReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(version1)))
        .isEqualTo(
            new SubtaskReport(
                REPORT.checkpoint(),
                REPORT.subtask(),
                REPORT.subtasks(),
                REPORT.isLast(),
                REPORT.shards(),
                new SubtaskReport.Rows(REPORT.rows().records(), REPORT.rows().deletes(), 0),
                REPORT.requests()));
    assertThat(SubtaskReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(version2)))
        .isEqualTo(REPORT);
    assertThat(bytes(SubtaskReportSerializer.INSTANCE, REPORT)).isEqualTo(version2);
  }

  @Test
  void aDamagedDigestIsDamageThatSaysWhere() throws IOException {
    String digest = HexFormat.of().formatHex(DIGEST.hex().getBytes(StandardCharsets.US_ASCII));
    byte[] shard = fixture("shard-state-v1.hex", digest, "58" + digest.substring(2));
    byte[] report = fixture("subtask-report-v2.hex", digest, "58" + digest.substring(2));
    byte[] committable = fixture("publication-v2.hex", digest, "58" + digest.substring(2));
    byte[] sink = fixture("assembler-state-v2.hex", digest, "58" + digest.substring(2));

    assertDamaged(
        () -> ShardStateSerializer.fromBytes(shard),
        "the state of a shard is damaged: descriptor: expected 64 lower-case hexadecimal digits, found 'X");
    assertDamaged(
        () -> SubtaskReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(report)),
        "a report is damaged: descriptor: expected 64");
    assertDamaged(
        () -> new CommittableSerializer().deserialize(2, committable),
        "a committable is damaged: manifest: expected 64");
    assertDamaged(
        () -> new AssemblerStateSerializer().deserialize(2, sink),
        "the state of a sink is damaged: sha256: expected 64");
  }

  @Test
  void aNegativeSizeIsDamageAndNoEmptyList() throws IOException {
    byte[] none = bytes(SubtaskReportSerializer.INSTANCE, REPORT_OF_NO_SHARD);
    none[Byte.BYTES + Long.BYTES + 2 * Integer.BYTES + 1] = -1;
    byte[] committable = new CommittableSerializer().serialize(ofNoRows(new Predecessor.None()));
    committable[committable.length - Integer.BYTES - 1] = -1; // the counters, before the last flag

    assertDamaged(
        () -> SubtaskReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(none)),
        "the size of shards must be at least 0, found -16777216");
    assertDamaged(
        () -> new CommittableSerializer().deserialize(3, committable),
        "the size of counters must be at least 0, found -16777216");
    for (ShardRow row : List.of(ShardRow.badRows(7), new ShardRow(3, 7, new byte[1], null))) {
      for (int at : new int[] {12, 16}) {
        byte[] bytes = bytes(ShardRowSerializer.INSTANCE, row);
        Arrays.fill(bytes, at, at + Integer.BYTES, (byte) 0xC0);
        assertDamaged(
            () -> ShardRowSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes)),
            "a row is damaged: expected a key of at least 0 bytes");
        assertDamaged(
            () ->
                ShardRowSerializer.INSTANCE.copy(
                    new DataInputDeserializer(bytes), new DataOutputSerializer(64)),
            "a row is damaged: expected a key of at least 0 bytes");
      }
    }
  }

  @Test
  void stateThatCannotBeReadEndsTheJobForARestartWouldMeetItAgain() {
    PublishSink sink = new PublishSink(TestSettings.fresh("file:///nowhere", 2).settings());

    assertThatThrownBy(() -> sink.getCommittableSerializer().deserialize(2, new byte[7]))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCauseInstanceOf(DataDamagedException.class);
    assertThatThrownBy(() -> sink.getWriterStateSerializer().deserialize(99, new byte[7]))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCauseInstanceOf(DataDamagedException.class);
  }

  private static void assertDamaged(ThrowableAssert.ThrowingCallable read, String message) {
    assertThatThrownBy(read).isInstanceOf(DataDamagedException.class).hasMessageContaining(message);
  }

  @Test
  void aNumberOfBadRowsStaysOneAndARowAfterItIsARow() throws IOException {
    byte[] told = bytes(ShardRowSerializer.INSTANCE, ShardRow.badRows(7));
    byte[] row = bytes(ShardRowSerializer.INSTANCE, new ShardRow(3, 7, new byte[0], null));
    DataOutputSerializer copied = new DataOutputSerializer(64);
    ShardRowSerializer.INSTANCE.copy(new DataInputDeserializer(told), copied);
    ShardRow reused = ShardRowSerializer.INSTANCE.createInstance();

    assertThat(copied.getCopyOfBuffer()).isEqualTo(told);
    ShardRow read =
        ShardRowSerializer.INSTANCE.deserialize(reused, new DataInputDeserializer(told));
    assertThat(read.isBadRows()).isTrue();
    assertThat(read.order).isEqualTo(7);
    assertThat(ShardRowSerializer.INSTANCE.copy(read).isBadRows()).isTrue();
    assertThat(
            ShardRowSerializer.INSTANCE
                .deserialize(reused, new DataInputDeserializer(row))
                .isBadRows())
        .isFalse();
  }

  @Test
  void aShardRowKeepsKeyValueAndOrderAndADeleteStaysADelete() throws IOException {
    for (byte[] value : new byte[][] {{1, 2, 3}, {}, null}) {
      ShardRow row = new ShardRow(3, -7, new byte[] {9, 8}, value);
      byte[] bytes = bytes(ShardRowSerializer.INSTANCE, row);
      ShardRow reused = new ShardRow(0, 0, new byte[2], new byte[3]);
      DataOutputSerializer copied = new DataOutputSerializer(64);
      ShardRowSerializer.INSTANCE.copy(new DataInputDeserializer(bytes), copied);

      assertThat(copied.getCopyOfBuffer()).isEqualTo(bytes);
      assertThat(ShardRowSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes)))
          .usingRecursiveComparison()
          .isEqualTo(row);
      assertThat(ShardRowSerializer.INSTANCE.deserialize(reused, new DataInputDeserializer(bytes)))
          .usingRecursiveComparison()
          .isEqualTo(row);
      assertThat(ShardRowSerializer.INSTANCE.copy(row)).usingRecursiveComparison().isEqualTo(row);
    }
  }

  private static Publication ofNoRows(Predecessor predecessor) {
    return new Publication(
        new Announcement(
            MANIFEST,
            "1".repeat(32),
            new Announcement.Size(0, true, 0),
            "2".repeat(32),
            0,
            predecessor),
        Instant.EPOCH,
        false,
        Map.of());
  }

  private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  /** A fixture in which the first {@code digits} are others. */
  private static byte[] fixture(String name, String digits, String others) throws IOException {
    String hex = HexFormat.of().formatHex(fixture(name));
    assertThat(hex).contains(digits);
    return HexFormat.of().parseHex(hex.replaceFirst(digits, others));
  }

  private static byte[] fixture(String name) throws IOException {
    Path file =
        Path.of(System.getProperty("shardyfusion.root"), "src-test-resources", "flink", name);
    return HexFormat.of().parseHex(Files.readString(file).strip());
  }
}
