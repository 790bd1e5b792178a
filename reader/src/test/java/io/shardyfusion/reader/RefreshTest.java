package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RefreshTest {

  private static final int SHARDS = 64;
  private static final int ROWS = 2000;

  @TempDir Path directory;

  private TestDataset dataset;

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void servesTheNewVersionAfterARefreshAndNotBefore() {
    try (ShardedReader reader = open()) {
      assertThat(reader.refresh()).isFalse();
      publishAll("v2");
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.version()).isEqualTo(2);
      assertThat(reader.get(1L)).isEqualTo(value("v2", 1L));
      assertThat(reader.refresh()).isFalse();
    }
  }

  @Test
  void anIdleRefreshIsOneConditionalReadOfThePointer() {
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = open(store)) {
      reader.prefetch();
      int reads = store.reads().size();
      int downloads = store.downloads().size();
      assertThat(reader.refresh()).isFalse();
      assertThat(store.reads()).hasSize(reads);
      assertThat(store.downloads()).hasSize(downloads);
      assertThat(store.conditionalReads()).containsExactly(Layout.POINTER);
    }
  }

  @Test
  void aRefreshWithOneOfManyShardsChangedFetchesThatShardAndTheMetadataOnly() {
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = open(store)) {
      reader.prefetch();
      List<String> readsBefore = store.reads();
      List<String> downloadsBefore = store.downloads();
      int changed = reader.route(7L);
      dataset.publish(
          LongStream.range(0, ROWS).boxed(), key -> value(key.equals(7L) ? "v2" : "v1", key));
      assertThat(reader.refresh()).isTrue();

      List<String> reads = store.reads().subList(readsBefore.size(), store.reads().size());
      List<String> downloads =
          store.downloads().subList(downloadsBefore.size(), store.downloads().size());
      assertThat(reads)
          .as("the manifest and one descriptor")
          .containsExactly(
              reader.snapshot().manifest().object(),
              reader.shards().get(changed).descriptorObject());
      assertThat(downloads).as("table files").hasSize((int) reader.shards().get(changed).files());
      for (long key = 0; key < ROWS; key++) {
        assertThat(reader.get(key)).isEqualTo(value(key == 7 ? "v2" : "v1", key));
      }
      assertThat(store.downloads()).hasSize(downloadsBefore.size() + downloads.size());
    }
  }

  @Test
  void shardsThatNobodyHasOpenAreNotFetchedByARefresh() {
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = open(store)) {
      reader.get(7L);
      int downloads = store.downloads().size();
      publishAll("v2");
      assertThat(reader.refresh()).isTrue();
      assertThat(store.downloads()).hasSize(downloads + 1);
      reader.get(7L);
      assertThat(store.downloads()).hasSize(downloads + 1);
    }
  }

  @Test
  void aViewStaysOnItsVersionAndClosesItInTheEnd() {
    try (ShardedReader reader = open()) {
      SnapshotView view = reader.view();
      RowCursor cursor = reader.scan(3);
      publishAll("v2");
      assertThat(reader.refresh()).isTrue();
      publishAll("v3");
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.get(5L)).isEqualTo(value("v3", 5L));
      assertThat(view.version()).isEqualTo(1);
      assertThat(view.get(5L)).isEqualTo(value("v1", 5L));
      assertThat(view.getAsync(5L).join()).isEqualTo(value("v1", 5L));
      assertThat(reader.getAsync(5L).join()).isEqualTo(value("v3", 5L));
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.value()).isEqualTo(value("v1", cursor.key()));
      assertThat(reader.versionsOpen()).isEqualTo(2);
      view.close();
      assertThat(reader.versionsOpen()).isEqualTo(2);
      cursor.close();
      assertThat(reader.versionsOpen()).isEqualTo(1);
    }
  }

  @Test
  void aVersionThatCannotBeFetchedIsNotServedAndTriedAgainNextTime() {
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = open(store)) {
      reader.prefetch();
      publishAll("v2");
      store.beforeDownload(
          key -> {
            throw new StorageException("no route to host");
          });
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(reader::refresh)
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("no route to host");
        assertThat(reader.version()).isEqualTo(1);
        assertThat(reader.get(9L)).isEqualTo(value("v1", 9L));
        assertThat(reader.versionsOpen()).isEqualTo(1);
      }
      store.beforeDownload(key -> {});
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.get(9L)).isEqualTo(value("v2", 9L));
    }
  }

  @Test
  void aPointerThatIsGoneIsAnErrorAndTheVersionIsServedOn() throws Exception {
    try (ShardedReader reader = open()) {
      Path pointer = dataset.object(Layout.POINTER);
      Path aside = directory.resolve("aside");
      Files.move(pointer, aside);
      assertThatThrownBy(reader::refresh).isInstanceOf(NotFoundException.class);
      assertThatThrownBy(reader::refresh).isInstanceOf(NotFoundException.class);
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
      Files.move(aside, pointer);
      assertThat(reader.refresh()).isFalse();
    }
  }

  @Test
  void aDatasetOfTheSameNameWithOtherShardsIsFollowed() throws Exception {
    try (ShardedReader reader = open()) {
      reader.get(1L);
      DirectoryTree.delete(dataset.root());
      TestDataset other = new TestDataset(directory, KeyEncoding.I64, 5);
      other.publish(LongStream.range(0, 100).boxed(), key -> value("other", key));
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.snapshot().numShards()).isEqualTo(5);
      assertThat(reader.get(1L)).isEqualTo(value("other", 1L));
      assertThat(reader.get(1000L)).isNull();
    }
  }

  @Test
  void aDatasetOfTheSameNameWithKeysOfAnotherTypeIsRefused() throws Exception {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      DirectoryTree.delete(dataset.root());
      TestDataset other = new TestDataset(directory, KeyEncoding.UTF8, 5);
      other.publish(LongStream.range(0, 100).mapToObj(Long::toString), key -> value("o", key));
      assertThatThrownBy(reader::refresh)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("string", "long", "stays on version 1");
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1L));
    }
  }

  @Test
  void onlyTheShardsThatTheReaderWasOpenedForAreServed() {
    ReaderOptions options =
        ReaderOptions.builder(dataset.uri())
            .cacheDirectory(cache())
            .shards(3, 0)
            .eager()
            .refreshInterval(Duration.ZERO)
            .build();
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(options, store)) {
      assertThat(store.downloads()).as("eager").hasSize(2);
      publishAll("v2");
      assertThat(reader.refresh()).isTrue();
      assertThat(store.downloads()).hasSize(4);
      for (long key = 0; key < 500; key++) {
        long asked = key;
        int shard = reader.route(key);
        if (shard == 0 || shard == 3) {
          assertThat(reader.get(key)).isEqualTo(value("v2", key));
        } else {
          assertThatThrownBy(() -> reader.get(asked))
              .isInstanceOf(InvalidRequestException.class)
              .hasMessageContainingAll("shard " + shard, "[0, 3]");
          assertThatThrownBy(() -> reader.prefetch(0, shard))
              .isInstanceOf(InvalidRequestException.class);
        }
      }
      assertThat(store.downloads()).hasSize(4);
    }
  }

  @Test
  void aReaderForAShardThatDoesNotExistIsNotOpened() {
    assertThatThrownBy(
            () ->
                ShardedReader.open(
                    ReaderOptions.builder(dataset.uri())
                        .cacheDirectory(cache())
                        .shards(SHARDS)
                        .build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("no shard 64", "0 to 63");
  }

  @Test
  void aLookupThatFetchesFromTheOldVersionDoesNotHoldUpARefresh() throws Exception {
    ProbedStore store = new ProbedStore(dataset.store());
    CountDownLatch downloading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ShardedReader reader = open(store)) {
      store.beforeDownload(
          key -> {
            downloading.countDown();
            awaitLatch(goOn);
          });
      Thread lookup = new Thread(() -> reader.get(1L), "lookup");
      lookup.start();
      downloading.await();
      publishAll("v2");
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.versionsOpen()).isEqualTo(2);
      goOn.countDown();
      lookup.join();
      Await.until("one version is open", Duration.ofSeconds(30), () -> reader.versionsOpen() == 1);
      assertThat(reader.get(1L)).isEqualTo(value("v2", 1L));
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new StorageException("interrupted", e);
    }
  }

  private void publishAll(String version) {
    dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value(version, key));
  }

  private ShardedReader open() {
    return open(new ProbedStore(dataset.store()));
  }

  private ShardedReader open(ProbedStore store) {
    return ShardedReader.open(
        ReaderOptions.builder(dataset.uri())
            .cacheDirectory(cache())
            .refreshInterval(Duration.ZERO)
            .build(),
        store);
  }

  private Path cache() {
    return directory.resolve("cache");
  }
}
