package io.shardyfusion.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.flink.publishing.AssemblerState;
import io.shardyfusion.flink.publishing.AssemblerStateSerializer;
import io.shardyfusion.flink.publishing.CheckpointNote;
import io.shardyfusion.flink.publishing.CommittableSerializer;
import io.shardyfusion.flink.publishing.ManifestCover;
import io.shardyfusion.flink.publishing.Publication;
import io.shardyfusion.flink.publishing.Unpublished;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.flink.wire.SubtaskReportSerializer;
import io.shardyfusion.flink.writing.ShardStateSerializer;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.store.Requests;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What is in Flink's state comes back as it was, and what is cut off, goes on or is damaged is an
 * exception of ours.
 */
class SerializerPropertiesTest {

  private interface Reader {
    Object read(byte[] bytes) throws IOException;
  }

  @Property(tries = 200)
  void committablesSurvive(@ForAll("publications") Publication publication) throws IOException {
    CommittableSerializer serializer = new CommittableSerializer();
    checkDurable(
        publication,
        serializer.serialize(publication),
        b -> serializer.deserialize(serializer.getVersion(), b));
  }

  @Property(tries = 100)
  void notesOfCheckpointsSurvive(@ForAll("notes") CheckpointNote note) throws IOException {
    CommittableSerializer serializer = new CommittableSerializer();
    checkDurable(
        note, serializer.serialize(note), b -> serializer.deserialize(serializer.getVersion(), b));
  }

  @Property(tries = 200)
  void statesOfTheSinkSurvive(@ForAll("states") AssemblerState state) throws IOException {
    AssemblerStateSerializer serializer = new AssemblerStateSerializer();
    checkDurable(
        state,
        serializer.serialize(state),
        b -> serializer.deserialize(serializer.getVersion(), b));
  }

  @Property(tries = 200)
  void statesOfShardsSurvive(@ForAll("entries") ShardEntry entry) throws IOException {
    checkDurable(entry, ShardStateSerializer.toBytes(entry), ShardStateSerializer::fromBytes);
  }

  @Property(tries = 200)
  void reportsSurvive(@ForAll("reports") SubtaskReport report) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    SubtaskReportSerializer.INSTANCE.serialize(report, out);
    byte[] bytes = out.getCopyOfBuffer();
    check(
        report,
        bytes,
        b -> SubtaskReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(b)));

    DataOutputSerializer copied = new DataOutputSerializer(64);
    SubtaskReportSerializer.INSTANCE.copy(new DataInputDeserializer(bytes), copied);
    assertThat(copied.getCopyOfBuffer()).isEqualTo(bytes);
  }

  /** A size that is damaged must not make room for what is not there. */
  @Property(tries = 500)
  void damagedBytesFailOrAreRead(
      @ForAll("states") AssemblerState state,
      @ForAll("reports") SubtaskReport report,
      @ForAll("publications") Publication publication,
      @ForAll("entries") ShardEntry entry,
      @ForAll int at,
      @ForAll int four)
      throws IOException {
    AssemblerStateSerializer states = new AssemblerStateSerializer();
    CommittableSerializer publications = new CommittableSerializer();
    DataOutputSerializer out = new DataOutputSerializer(64);
    SubtaskReportSerializer.INSTANCE.serialize(report, out);
    readDamaged(states.serialize(state), at, four, b -> states.deserialize(states.getVersion(), b));
    readDamaged(
        publications.serialize(publication),
        at,
        four,
        b -> publications.deserialize(publications.getVersion(), b));
    readDamaged(ShardStateSerializer.toBytes(entry), at, four, ShardStateSerializer::fromBytes);
    readDamaged(
        out.getCopyOfBuffer(),
        at,
        four,
        b -> SubtaskReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(b)));
  }

  private static void readDamaged(byte[] bytes, int at, int four, Reader reader) {
    int position = Math.floorMod(at, bytes.length - 3);
    for (int i = 0; i < 4; i++) {
      bytes[position + i] = (byte) (four >>> 8 * i);
    }
    try {
      reader.read(bytes);
    } catch (DataDamagedException damaged) {
      assertThat(damaged).hasMessageMatching("(?s).* (is damaged: |of version ).*");
    } catch (IOException e) {
      throw new AssertionError("not an exception of ours", e);
    }
  }

  private static void check(Object value, byte[] bytes, Reader reader) throws IOException {
    assertThat(reader.read(bytes)).isEqualTo(value);
    int step = Math.max(1, bytes.length / 200);
    for (int length = 0; length < bytes.length; length += step) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> reader.read(prefix))
          .as("the first %d of %d bytes", length, bytes.length)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining("is damaged: ");
    }
  }

  private static void checkDurable(Object value, byte[] bytes, Reader reader) throws IOException {
    check(value, bytes, reader);
    assertThatThrownBy(() -> reader.read(Arrays.copyOf(bytes, bytes.length + 2)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("expected nothing after its last field, found 2 bytes more");
  }

  @Provide
  Arbitrary<Publication> publications() {
    return Combinators.combine(
            manifests(),
            ids(),
            ids(),
            numbers(),
            predecessors(),
            numbers(),
            numbers(),
            Arbitraries.of(true, false))
        .flatAs(
            (manifest, run, lineage, epoch, predecessor, rows, assembledAt, last) ->
                counters()
                    .map(
                        c ->
                            new Publication(
                                new Announcement(
                                    manifest,
                                    run,
                                    new Announcement.Size(rows, rows % 2 == 0, rows / 2),
                                    lineage,
                                    epoch,
                                    predecessor),
                                Instant.ofEpochMilli(assembledAt),
                                last,
                                c)));
  }

  @Provide
  Arbitrary<AssemblerState> states() {
    Arbitrary<Map<Integer, Map<Sha256, Long>>> newFiles =
        Arbitraries.maps(
                Arbitraries.integers().between(0, 65_535),
                Arbitraries.maps(digests(), numbers()).ofMaxSize(5))
            .ofMaxSize(5);
    return Combinators.combine(
            Arbitraries.strings().ofMaxLength(100),
            ids(),
            ids(),
            predecessors(),
            numbers(),
            Arbitraries.longs(),
            newFiles,
            counters())
        .as(
            (shape, run, lineage, predecessor, publishedAt, watermark, files, counters) ->
                new AssemblerState(
                    new AssemblerState.Writer(shape, run, lineage),
                    predecessor,
                    publishedAt,
                    watermark,
                    new Unpublished(!files.isEmpty(), files, counters),
                    publishedAt % 2 == 0
                        ? null
                        : new InputCounts(publishedAt, publishedAt / 2, publishedAt / 3),
                    predecessor instanceof Predecessor.Version version
                        ? new ManifestCover(version.manifest(), files.keySet())
                        : null));
  }

  @Provide
  Arbitrary<CheckpointNote> notes() {
    Arbitrary<DescriptorRef> descriptors =
        Combinators.combine(Arbitraries.integers().between(0, 32_767), digests())
            .as(DescriptorRef::new);
    return Combinators.combine(
            numbers(),
            Arbitraries.longs().between(0, 4_000_000_000_000L),
            manifests().injectNull(0.2),
            descriptors.list().ofMaxSize(5))
        .as(
            (checkpoint, millis, manifest, list) ->
                new CheckpointNote(
                    new CheckpointNeeds(checkpoint, Instant.ofEpochMilli(millis), manifest, list)));
  }

  @Provide
  Arbitrary<SubtaskReport> reports() {
    Arbitrary<ReportedFile> files =
        Combinators.combine(digests(), numbers(), Arbitraries.of(true, false))
            .as(ReportedFile::new);
    Arbitrary<ShardReport> shards =
        Combinators.combine(entries(), Arbitraries.of(true, false), files.list().ofMaxSize(5))
            .as(ShardReport::new);
    return Combinators.combine(
            numbers(),
            Arbitraries.integers().greaterOrEqual(0),
            Arbitraries.integers().greaterOrEqual(1),
            Arbitraries.of(true, false),
            shards.list().ofMaxSize(5),
            numbers(),
            numbers())
        .as(
            (checkpoint, subtask, subtasks, last, list, records, puts) ->
                new SubtaskReport(
                    checkpoint,
                    subtask,
                    subtasks,
                    last,
                    list,
                    new SubtaskReport.Rows(records, records / 3, records / 5),
                    new Requests(puts, 0)));
  }

  @Provide
  Arbitrary<ShardEntry> entries() {
    Arbitrary<HexBytes> keys =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(64).map(HexBytes::of);
    return Combinators.combine(
            Arbitraries.integers().between(0, 32_767),
            numbers(),
            Arbitraries.of(true, false),
            Arbitraries.longs().between(70_000, Long.MAX_VALUE),
            Arbitraries.integers().between(1, 65_536),
            keys.injectNull(0.2),
            keys.injectNull(0.2),
            digests())
        .as(
            (shard, rows, exact, bytes, files, a, b, descriptor) -> {
              boolean swap = a != null && b != null && a.hex().compareTo(b.hex()) > 0;
              return ShardEntry.builder()
                  .shard(shard)
                  .rows(rows)
                  .rowsExact(exact)
                  .bytes(bytes)
                  .files(files)
                  .minKey(swap ? b : a)
                  .maxKey(swap ? a : b)
                  .descriptor(descriptor)
                  .build();
            });
  }

  private static Arbitrary<Predecessor> predecessors() {
    return Arbitraries.oneOf(
        Arbitraries.of(new Predecessor.None(), new Predecessor.Any()),
        manifests().map(Predecessor.Version::new));
  }

  private static Arbitrary<ManifestRef> manifests() {
    return Combinators.combine(Arbitraries.longs().between(0, 4_000_000_000_000L), ids(), digests())
        .as(
            (millis, id, digest) ->
                new ManifestRef(Layout.manifest(Instant.ofEpochMilli(millis), id), digest));
  }

  private static Arbitrary<Map<String, Long>> counters() {
    return Arbitraries.maps(Arbitraries.strings().ofMinLength(1).ofMaxLength(30), numbers())
        .ofMaxSize(5);
  }

  private static Arbitrary<String> ids() {
    return Arbitraries.strings().withChars("0123456789abcdef").ofLength(32);
  }

  private static Arbitrary<Sha256> digests() {
    return Arbitraries.strings().ofMaxLength(5).map(text -> Sha256.of(text.getBytes(UTF_8)));
  }

  private static Arbitrary<Long> numbers() {
    return Arbitraries.longs().greaterOrEqual(0);
  }
}
