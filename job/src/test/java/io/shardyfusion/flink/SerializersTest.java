package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

final class SerializersTest {

  private static final Sha256 DIGEST = Sha256.of("digest".getBytes(StandardCharsets.UTF_8));

  private static final Publication PUBLICATION =
      new Publication(
          new ManifestRef(
              "manifests/20261122T100000.000Z_0123456789abcdef0123456789abcdef.json", DIGEST),
          12,
          3456,
          7,
          Map.of("puts", 17L, "gets", 3L));

  private static final ShardReport REPORT =
      new ShardReport(
          new ShardEntry(5, 100, true, 2048, 1, new HexBytes("00ff"), null, DIGEST), 2048, 1, 2, 0);

  @Test
  void aCommittableOfEveryReleasedVersionIsReadable() throws IOException {
    byte[] version1 = fixture("publication-v1.hex");

    assertThat(new PublicationSerializer().deserialize(1, version1)).isEqualTo(PUBLICATION);
    assertThat(new PublicationSerializer().serialize(PUBLICATION)).isEqualTo(version1);
  }

  @Test
  void aCommittableOfALaterVersionIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> new PublicationSerializer().deserialize(2, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected a committable of version 1, found version 2");
  }

  @Test
  void aShardReportOfEveryReleasedVersionIsReadable() throws IOException {
    byte[] version1 = fixture("shard-report-v1.hex");

    assertThat(ShardReportSerializer.INSTANCE.deserialize(new DataInputDeserializer(version1)))
        .isEqualTo(REPORT);
    assertThat(bytes(ShardReportSerializer.INSTANCE, REPORT)).isEqualTo(version1);
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

  private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private static byte[] fixture(String name) throws IOException {
    Path file =
        Path.of(System.getProperty("shardyfusion.root"), "src-test-resources", "flink", name);
    return HexFormat.of().parseHex(Files.readString(file).strip());
  }
}
