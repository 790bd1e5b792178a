package io.shardyfusion.job.input.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RawRowSerializerTest {

  private static final RowOrigin FILE =
      new RowOrigin.InFile(new Path("/a"), 0, List.of("id", "name"));

  @Test
  void aRowKeepsItsOriginItsBytesAndItsKey() throws IOException {
    RawRow row = new RawRow(FILE, 7, 9, new byte[] {1, 2, 3}, 1, 3);
    row.recordKey = new byte[] {4};

    RawRow read = RawRowSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes(row)));

    assertThat(read.origin).isEqualTo(FILE);
    assertThat(read.data).containsExactly(2, 3);
    assertThat(read.recordKey).containsExactly(4);
  }

  @ParameterizedTest
  @CsvSource({"13, the header", "43, its bytes", "50, its key"})
  void aNegativeSizeIsDamage(int at, String name) throws IOException {
    byte[] bytes = bytes(new RawRow(FILE, 7, 9, new byte[] {1, 2}, 0, 2));
    bytes[at] = (byte) 0xC0;

    assertThatThrownBy(
            () -> RawRowSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("the size of " + name + " must be at least 0, found -");
  }

  private static byte[] bytes(RawRow row) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    RawRowSerializer.INSTANCE.serialize(row, out);
    return out.getCopyOfBuffer();
  }
}
