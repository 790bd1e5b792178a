package io.shardyfusion.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.reader.ReaderHealth;
import io.shardyfusion.reader.ShardedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestDatasetExtension.class)
final class TestDatasetTest {

  private static final byte[] OLD = "old".getBytes(UTF_8);
  private static final byte[] NEW = "new".getBytes(UTF_8);

  @Test
  void aVersionThatIsPublishedIsSeenByAReaderThatRefreshes(TestDataset dataset) {
    assertThat(dataset.publish(Map.of(1L, OLD))).isEqualTo(1);
    ShardedReader reader = dataset.reader();
    assertThat(dataset.publish(Map.of(1L, NEW))).isEqualTo(2);
    assertThat(reader.get(1)).isEqualTo(OLD);
    assertThat(reader.refresh()).isTrue();
    assertThat(reader.get(1)).isEqualTo(NEW);
  }

  @Test
  void keysAreOfWhicheverTypeAVersionHas(TestDataset dataset) {
    dataset.publish(Map.of("Zürich", OLD));
    assertThat(dataset.reader().get("Zürich")).isEqualTo(OLD);
    dataset.publish(Map.of(new byte[] {1}, NEW));
    assertThat(dataset.reader().get(new byte[] {1})).isEqualTo(NEW);
    Map<Object, byte[]> mixed = new HashMap<>(Map.of(1L, OLD, "a", OLD));
    assertThatThrownBy(() -> dataset.publish(mixed)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aDatasetThatIsHeldShowsNothingNewUntilItIsReleased(TestDataset dataset) {
    dataset.publish(Map.of(1L, OLD));
    ShardedReader reader = dataset.reader();
    dataset.hold();
    dataset.publish(Map.of(1L, NEW));
    assertThat(reader.refresh()).isFalse();
    assertThat(reader.get(1)).isEqualTo(OLD);
    dataset.release();
    reader.refresh();
    assertThat(reader.get(1)).isEqualTo(NEW);
  }

  @Test
  void damageIsFoundByThoseWhoFetchAndTheNextVersionIsWhole(TestDataset dataset) {
    dataset.publish(Map.of(1L, OLD));
    ShardedReader before = dataset.reader();
    assertThat(before.get(1)).isEqualTo(OLD);
    dataset.damage();
    dataset.damage();
    assertThat(before.get(1)).isEqualTo(OLD);
    ShardedReader after = dataset.reader();
    assertThatThrownBy(() -> after.get(1)).isInstanceOf(DataDamagedException.class);
    dataset.publish(Map.of(1L, NEW));
    after.refresh();
    assertThat(after.get(1)).isEqualTo(NEW);
  }

  @Test
  void aReaderOfAStaleDatasetServesWhatItHasAndSaysSo(TestDataset dataset) {
    dataset.publish(Map.of(1L, OLD));
    ShardedReader reader = dataset.reader();
    assertThat(reader.get(1)).isEqualTo(OLD);
    dataset.goStale();
    dataset.goStale();
    assertThatThrownBy(reader::refresh).isInstanceOf(StorageException.class);
    assertThat(reader.get(1)).isEqualTo(OLD);
    assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.DEGRADED);
    assertThatThrownBy(() -> dataset.publish(Map.of(1L, NEW))).isInstanceOf(StorageException.class);
    assertThatThrownBy(dataset::reader).isInstanceOf(StorageException.class);
    dataset.recover();
    dataset.recover();
    dataset.publish(Map.of(1L, NEW));
    reader.refresh();
    assertThat(reader.get(1)).isEqualTo(NEW);
    assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.HEALTHY);
  }

  @Test
  void theWritersOptionsCanBeOthers() {
    try (TestDataset dataset = TestDataset.create(o -> o.shards(5).valueFormat(ValueFormat.TEXT))) {
      dataset.publish(Map.of());
      ShardedReader reader = dataset.reader();
      assertThat(reader.shards()).hasSize(5);
      assertThat(reader.snapshot().valueFormat()).isEqualTo(ValueFormat.TEXT);
    }
  }

  @Test
  void aDatasetWithoutAVersionHasNone(TestDataset dataset) {
    assertThatThrownBy(dataset::reader).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(dataset::hold).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(dataset::damage).isInstanceOf(NotFoundException.class);
  }

  @Test
  void closingClosesItsReadersAndDeletesIt() {
    TestDataset dataset = TestDataset.of(Map.of(1L, OLD));
    ShardedReader reader = dataset.reader();
    Path root = Path.of(java.net.URI.create(dataset.uri()));
    assertThat(root).isDirectory();
    dataset.close();
    dataset.close();
    assertThat(Files.exists(root.getParent())).isFalse();
    assertThatThrownBy(() -> reader.get(1)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> dataset.publish(Map.of(1L, NEW))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(dataset::reader).isInstanceOf(ClosedException.class);
    assertThat(Files.exists(root.getParent())).isFalse();
  }
}
