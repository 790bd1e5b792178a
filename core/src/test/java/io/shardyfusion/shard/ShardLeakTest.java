package io.shardyfusion.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.TableProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** After everything is closed, the process has no file of ours open or mapped. */
@EnabledOnOs(OS.LINUX)
class ShardLeakTest {

  @TempDir Path directory;

  private final NavigableMap<byte[], byte[]> rows = Shards.randomRows(2_000, 1);

  @Test
  void buildingAndReadingLeaveNoFileOpen() throws Exception {
    try (ReadResources resources = new ReadResources(1 << 20)) {
      for (int i = 0; i < 5; i++) {
        for (TableProfile profile : TableProfile.values()) {
          ShardImage image =
              Shards.build(directory.resolve("image" + i + profile), profile, rows, 20_000);
          assertThat(filesInUse()).isEmpty();
          try (ShardDatabase database =
              Shards.open(directory.resolve("open" + i + profile), image, resources)) {
            assertThat(filesInUse()).isNotEmpty();
            Shards.assertSameRows(Shards.scan(database), rows);
            database.selfCheck();
          }
          assertThat(filesInUse()).isEmpty();
        }
      }
    }
  }

  @Test
  void aBuilderClosedHalfWayLeavesNoFileOpen() throws Exception {
    ShardBuilder builder = new ShardBuilder(1, TableProfile.BALANCED, directory.resolve("image"));
    builder.add(Shards.direct(Shards.bytes(1)), Shards.direct(Shards.bytes(1)));
    assertThat(filesInUse()).isNotEmpty();
    builder.close();
    assertThat(filesInUse()).isEmpty();
  }

  @Test
  void aFailedOpenLeavesNoFileOpen() throws Exception {
    ShardImage image =
        Shards.build(directory.resolve("image"), TableProfile.BALANCED, rows, 20_000);
    Path file = image.path(image.descriptor().files().get(1));
    Files.write(file, new byte[(int) Files.size(file)]);
    try (ReadResources resources = new ReadResources(1 << 20)) {
      assertThatThrownBy(() -> Shards.open(directory.resolve("open"), image, resources))
          .isInstanceOf(DataDamagedException.class);
      assertThat(filesInUse()).isEmpty();
    }
  }

  private List<String> filesInUse() throws IOException {
    List<String> inUse = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          inUse.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException closedMeanwhile) {
          assertThat(descriptor).doesNotExist();
        }
      }
    }
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      maps.forEach(inUse::add);
    }
    return inUse.stream().filter(f -> f.contains(directory.toString())).toList();
  }
}
