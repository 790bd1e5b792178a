package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.job.input.files.listing.LocalPaths;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.FileSourceSplitSerializer;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.connector.file.src.PendingSplitsCheckpointSerializer;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("upgrade");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 00, 'expected nothing after its last field, found 1 bytes more'",
    "0000000100000001, 00000001ffffffff, 'the size of the files that wait must be at least 0, found -1'",
    "00000044, 80000044, 'the size of a file that waits must be at least 0, found -2147483580'",
    "00000044, 70000044, 'a file that waits must have 1879048260 bytes, found'",
    "0000000273, ffffff0273, 'the size of a scheme must be at least 0, found -254'",
    "07d000, 07d009, 'whether a file is there must be 0 or 1, found 9'"
  })
  void damageIsSaidWhereItIs(String found, String instead, String message) {
    String hex =
        found == null || found.isEmpty()
            ? VERSION_2 + instead
            : VERSION_2.replaceFirst(found, instead);
    assertThatThrownBy(() -> serializer.deserialize(2, HexFormat.of().parseHex(hex)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageStartingWith("the state of the input of files is damaged: ")
        .hasMessageContaining(message);
  }

  @Test
  void aStateThatIsCutOffIsDamaged() {
    byte[] whole = HexFormat.of().parseHex(VERSION_2);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> serializer.deserialize(2, cut))
          .isInstanceOf(DataDamagedException.class);
    }
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
