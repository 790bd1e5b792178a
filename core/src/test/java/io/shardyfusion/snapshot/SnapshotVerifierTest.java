package io.shardyfusion.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.snapshot.SnapshotVerifier.Depth;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotVerifierTest {

  private static final Path RELEASED =
      Path.of(
          System.getProperty("shardyfusion.root"), "src-test-resources", "format", "v1", "dataset");

  @TempDir Path work;

  @ParameterizedTest
  @EnumSource
  void theReleasedDatasetIsWholeAndTheWorkingDirectoryStaysEmpty(Depth depth) {
    List<Integer> told = new ArrayList<>();
    try (ObjectStore store =
        ObjectStores.open(RELEASED.toUri().toString(), StoreOptions.defaults())) {
      VerifyReport report =
          new SnapshotVerifier(
                  new Dataset(store), depth, work, (done, all, bytes) -> told.add(done))
              .verify(null);

      assertThat(report.problems()).isEmpty();
      assertThat(report.ok()).isTrue();
      assertThat(report.rows()).isEqualTo(10);
      assertThat(report.rowsExact()).isTrue();
      assertThat(report.objects()).isEqualTo(1 + 1 + 8 + 7);
    }
    assertThat(told).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(work).isEmptyDirectory();
  }
}
