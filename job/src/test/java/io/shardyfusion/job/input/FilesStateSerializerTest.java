package io.shardyfusion.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.FileSourceSplitSerializer;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.connector.file.src.PendingSplitsCheckpointSerializer;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

final class FilesStateSerializerTest {

  /** Of version 2: the file a\b waits, and is known, as is one that is gone. */
  private static final String VERSION_2 =
      "0000000100000001000000440005302d332d6101010566696c650000ffffffff01082f696e2f615c"
          + "6200000000000000000000000000000000000700000000000003e800000000000000070000000000"
          + "000000020000000466696c65ffffffff000000072f696e2f615c6200000000000000070000000000"
          + "0003e801000000027333000000066275636b6574000000082f5ac3bc726963680000000000000008"
          + "00000000000007d000";

  private final FilesStateSerializer serializer = new FilesStateSerializer();

  @Test
  void aStateIsReadAsItWasWrittenAndAsItsBytesAreFixed() throws IOException {
    FilesState state = state();
    assertThat(serializer.getVersion()).isEqualTo(2);
    assertThat(HexFormat.of().formatHex(serializer.serialize(state))).isEqualTo(VERSION_2);
    FilesState read = serializer.deserialize(2, HexFormat.of().parseHex(VERSION_2));
    assertThat(read.known()).isEqualTo(state.known());
    assertThat(read.waiting()).hasSize(1);
    assertThat(read.waiting().get(0).splitId()).isEqualTo("0-3-a");
    assertThat(read.waiting().get(0).path()).isEqualTo(state.waiting().get(0).path());
  }

  @Test
  void theStateOfFlinksOwnSourceIsRead() throws IOException {
    Path path = new Path("file:/in/waiting");
    FileSourceSplit waiting = new FileSourceSplit("0-3-a", path, 0, 7, 1000, 7);
    Path read = new Path("file:/in/read");
    byte[] bytes =
        new PendingSplitsCheckpointSerializer<>(FileSourceSplitSerializer.INSTANCE)
            .serialize(
                PendingSplitsCheckpoint.fromCollectionSnapshot(
                    List.of(waiting), List.of(read, waiting.path())));
    FilesState state = serializer.deserialize(1, bytes);
    assertThat(state.waiting()).extracting(FileSourceSplit::splitId).containsExactly("0-3-a");
    assertThat(state.known())
        .containsOnly(
            Map.entry(read, new KnownFile(KnownFile.UNKNOWN, 0, true)),
            Map.entry(waiting.path(), new KnownFile(7, 1000, true)));
  }

  @Test
  void aStateOfALaterVersionIsRefused() {
    assertThatThrownBy(() -> serializer.deserialize(3, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("upgrade");
  }

  private static FilesState state() {
    Path backslash = LocalPaths.of("/in/a\\b");
    return new FilesState(
        List.of(new FileSourceSplit("0-3-a", backslash, 0, 7, 1000, 7)),
        Map.of(
            backslash,
            new KnownFile(7, 1000, true),
            new Path("s3://bucket/Zürich"),
            new KnownFile(8, 2000, false)));
  }
}
