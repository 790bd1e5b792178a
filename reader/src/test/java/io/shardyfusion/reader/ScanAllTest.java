package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scans over all shards; what they find is in {@link LookupPropertyTest}. */
@Timeout(120)
class ScanAllTest {

  private static final int SHARDS = 5;
  private static final int ROWS = 1000;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void shardByShardOpensAShardWhenItComesToIt() {
    ProbedStore store = new ProbedStore(dataset().store());
    try (ShardedReader reader = open(store);
        RowCursor rows = reader.scan(KeyRange.all())) {
      assertThat(store.downloads()).isEmpty();
      for (int shard = 0; shard < SHARDS; shard++) {
        for (long left = reader.shards().get(shard).rows(); left > 0; left--) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.shard()).isEqualTo(reader.shards().get(shard));
          assertThat(rows.value()).isEqualTo(value("v1", rows.key()));
          assertThat(store.downloads()).hasSize(shard + 1);
        }
      }
      assertThat(rows.next()).isFalse();
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void byKeyOpensAllShardsAtTheFirstRow() {
    ProbedStore store = new ProbedStore(dataset().store());
    try (ShardedReader reader = open(store);
        RowCursor rows = reader.scan(KeyRange.all(), ScanOrder.BY_KEY)) {
      assertThat(store.downloads()).isEmpty();
      for (long key = 0; key < ROWS; key++) {
        assertThat(rows.next()).isTrue();
        assertThat(store.downloads()).hasSize(SHARDS);
        assertThat(rows.key()).isEqualTo(key);
        assertThat(rows.value()).isEqualTo(value("v1", key));
        assertThat(rows.shard()).isEqualTo(reader.shardFor(key));
      }
      assertThat(rows.next()).isFalse();
      assertThat(rows.next()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aShardThatCanHoldNoRowIsNotOpened(ScanOrder order) {
    TestDataset dataset = dataset();
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader = open(store)) {
      long largest = ROWS - 1;
      assertThat(keys(reader.scan(KeyRange.all().from(largest), order))).containsExactly(largest);
      assertThat(store.downloads()).hasSize(1);
      assertThat(keys(reader.scan(KeyRange.all().from(largest + 1), order))).isEmpty();
      assertThat(keys(reader.scan(KeyRange.all().from(7L).to(7L), order))).isEmpty();
      assertThat(keys(reader.scan(KeyRange.all().from(9L).to(7L), order))).isEmpty();
      assertThat(keys(reader.scan(KeyRange.all().to(0L), order))).isEmpty();
      assertThat(store.downloads()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheShardsThatAreServedAreScanned(ScanOrder order) {
    TestDataset dataset = dataset();
    ReaderOptions options =
        ReaderOptions.builder(dataset.uri()).cacheDirectory(cache()).shards(3, 1).build();
    try (ShardedReader reader = ShardedReader.open(options)) {
      List<Object> expected =
          LongStream.range(0, ROWS)
              .filter(key -> reader.route(key) == 1 || reader.route(key) == 3)
              .boxed()
              .map(Object.class::cast)
              .toList();
      assertThat(keys(reader.scan(KeyRange.all(), order)))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aScanStaysOnItsVersionAndLetsItGoInTheEnd(ScanOrder order) {
    TestDataset dataset = dataset();
    try (ShardedReader reader = open(dataset)) {
      RowCursor rows = reader.scan(KeyRange.all(), order);
      dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value("v2", key));
      assertThat(reader.refresh()).isTrue();
      assertThat(reader.versionsOpen()).isEqualTo(2);
      int count = 0;
      while (rows.next()) {
        assertThat(rows.value()).isEqualTo(value("v1", rows.key()));
        count++;
      }
      assertThat(count).isEqualTo(ROWS);
      rows.close();
      rows.close();
      assertThat(reader.versionsOpen()).isEqualTo(1);
      assertThatThrownBy(rows::next).isInstanceOf(ClosedException.class);
      assertThatThrownBy(rows::key).isInstanceOf(ClosedException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereverAScanIsItEndsWithItsReader(ScanOrder order) {
    TestDataset dataset = dataset();
    for (int steps : new int[] {0, 1, ROWS / 2, ROWS, ROWS + 1}) {
      ShardedReader reader = open(dataset);
      RowCursor rows = reader.scan(KeyRange.all(), order);
      for (int i = 0; i < steps; i++) {
        assertThat(rows.next()).isEqualTo(i < ROWS);
      }
      reader.close();
      assertThatThrownBy(rows::next).isInstanceOf(ClosedException.class);
      assertThatThrownBy(rows::key).isInstanceOf(ClosedException.class);
      assertThatThrownBy(rows::value).isInstanceOf(ClosedException.class);
      assertThatThrownBy(rows::shard).isInstanceOf(ClosedException.class);
      rows.close();
      assertThatThrownBy(() -> reader.scan(KeyRange.all(), order))
          .isInstanceOf(ClosedException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aScanOfAClosedViewIsRefusedAndOneBegunBeforeGoesOn(ScanOrder order) {
    try (ShardedReader reader = open(dataset())) {
      SnapshotView view = reader.view();
      try (RowCursor rows = view.scan(KeyRange.all(), order)) {
        view.close();
        assertThatThrownBy(() -> view.scan(KeyRange.all(), order))
            .isInstanceOf(ClosedException.class);
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void onNoRowThereIsNoKeyValueOrShard(ScanOrder order) {
    try (ShardedReader reader = open(dataset());
        RowCursor rows = reader.scan(KeyRange.all().from(10L).to(11L), order)) {
      assertNoRow(rows);
      assertThat(rows.next()).isTrue();
      assertThat(rows.key()).isEqualTo(10L);
      assertThat(rows.next()).isFalse();
      assertNoRow(rows);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aShardThatCannotBeFetchedFailsTheCallAndIsTriedByTheNext(ScanOrder order) {
    ProbedStore store = new ProbedStore(dataset().store());
    AtomicBoolean fail = new AtomicBoolean(true);
    store.beforeDownload(
        key -> {
          if (fail.get()) {
            throw new StorageException("unreachable");
          }
        });
    try (ShardedReader reader = open(store);
        RowCursor rows = reader.scan(KeyRange.all(), order)) {
      assertThatThrownBy(rows::next).isInstanceOf(StorageException.class);
      assertThatThrownBy(rows::next).isInstanceOf(StorageException.class);
      fail.set(false);
      int count = 0;
      while (rows.next()) {
        count++;
      }
      assertThat(count).isEqualTo(ROWS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aScanThatMetDamageNeverGoesOnWithoutTheRowsItMissed(ScanOrder order) throws IOException {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 2);
    dataset.publish(LongStream.range(0, 20_000).boxed(), key -> value("v1", key));
    try (ShardedReader reader = open(dataset)) {
      reader.prefetch();
      damageOpenTables(reader);
      try (RowCursor rows = reader.scan(KeyRange.all(), order)) {
        assertThatThrownBy(
                () -> {
                  while (rows.next()) {
                    assertThat(rows.value()).isEqualTo(value("v1", rows.key()));
                  }
                })
            .isInstanceOf(DataDamagedException.class);
        assertThatThrownBy(rows::next).isInstanceOf(DataDamagedException.class);
        assertThatThrownBy(rows::next).isInstanceOf(DataDamagedException.class);
      }
    }
  }

  @Test
  void aRangeOfAnotherTypeIsRefusedAndHoldsNothing() {
    try (ShardedReader reader = open(dataset())) {
      assertThatThrownBy(() -> reader.scan(KeyRange.all().prefix("a"), ScanOrder.BY_KEY))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("prefix");
      assertThat(reader.versionsOpen()).isEqualTo(1);
    }
  }

  /** Flips a bit in the middle of every table file, in the cache and so in what links to it. */
  private void damageOpenTables(ShardedReader reader) throws IOException {
    try (Stream<Path> files = Files.walk(cache().resolve("files"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
      }
    }
    assertThat(reader.shards()).extracting(ShardEntry::files).containsOnly(1);
  }

  private static void assertNoRow(RowCursor rows) {
    assertThatThrownBy(rows::key)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("call next()");
    assertThatThrownBy(rows::value).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(rows::shard).isInstanceOf(InvalidRequestException.class);
  }

  private static List<Object> keys(RowCursor cursor) {
    List<Object> keys = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    return keys;
  }

  private TestDataset dataset() {
    return TestDataset.ofLongs(directory, SHARDS, ROWS);
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private ShardedReader open(TestDataset dataset) {
    return ShardedReader.open(dataset.options(cache()));
  }

  private ShardedReader open(ProbedStore store) {
    ReaderOptions options =
        ReaderOptions.builder(directory.resolve("dataset").toUri().toString())
            .cacheDirectory(cache())
            .build();
    return ShardedReader.open(options, store);
  }
}
