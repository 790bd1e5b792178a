package io.shardyfusion.testing.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalCheckpointsTest {

  @TempDir private Path directory;

  @Test
  void theNewestIsTheOneCompletedLastWhateverItsNumber() throws IOException {
    checkpoint("job1/chk-12", 1_000);
    Path newest = checkpoint("job2/chk-3", 3_000);
    checkpoint("savepoint-1", 2_000);

    assertThat(LocalCheckpoints.newest(directory)).contains(newest);
  }

  @Test
  void oneWithoutMetadataIsNotComplete() throws IOException {
    Path complete = checkpoint("job/chk-1", 1_000);
    Files.writeString(
        Files.createDirectory(directory.resolve("job/chk-2")).resolve("._metadata.inprogress"), "");

    assertThat(LocalCheckpoints.newest(directory)).contains(complete);
  }

  @Test
  void thereMayBeNone() throws IOException {
    assertThat(LocalCheckpoints.newest(directory)).isEmpty();
    assertThat(LocalCheckpoints.newest(directory.resolve("missing"))).isEmpty();
  }

  private Path checkpoint(String name, long millis) throws IOException {
    Path checkpoint = Files.createDirectories(directory.resolve(name));
    Path metadata = Files.writeString(checkpoint.resolve("_metadata"), "");
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(millis));
    return checkpoint;
  }
}
