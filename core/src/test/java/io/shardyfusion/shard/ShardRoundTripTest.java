package io.shardyfusion.shard;

import static io.shardyfusion.shard.Shards.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.PrivateFile;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.rocksdb.KeySampler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardRoundTripTest {

  @TempDir Path directory;

  private final ReadResources resources = new ReadResources(8 << 20);

  @AfterEach
  void closeResources() {
    resources.close();
  }

  @ParameterizedTest
  @EnumSource
  void allRowsAreReadAsTheyWereAdded(TableProfile profile) {
    NavigableMap<byte[], byte[]> rows = Shards.randomRows(5_000, 1);
    ShardImage image = build(profile, rows);
    describes(image.descriptor(), rows);
    reading(image, database -> assertHolds(database, rows));
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyShardIsADatabaseWithoutFiles(TableProfile profile) {
    ShardImage image = build(profile, Shards.noRows());
    ShardDescriptor descriptor = image.descriptor();
    assertThat(descriptor.files()).isEmpty();
    assertThat(descriptor.samples()).isEmpty();
    assertThat(descriptor.minKey()).isNull();
    assertThat(descriptor.maxKey()).isNull();
    assertThat(descriptor.rows()).isZero();
    reading(
        image,
        database -> {
          assertThat(database.get(bytes(1))).isNull();
          assertThat(database.multiGet(List.of(bytes(1), bytes(2)))).containsExactly(null, null);
          assertThat(database.multiGet(List.of())).isEmpty();
          assertThat(Shards.scan(database)).isEmpty();
          database.selfCheck();
          assertThat(database.tableMemoryBytes()).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void oneRowIsAShard(TableProfile profile) {
    NavigableMap<byte[], byte[]> rows = Shards.noRows();
    rows.put(bytes(0xFF), bytes(1, 2, 3));
    ShardImage image = build(profile, rows);
    describes(image.descriptor(), rows);
    reading(image, database -> assertHolds(database, rows));
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyKeyAndAnEmptyValueAreRows(TableProfile profile) {
    NavigableMap<byte[], byte[]> rows = Shards.noRows();
    rows.put(bytes(), bytes(1));
    rows.put(bytes(0), bytes());
    rows.put(bytes(0, 0), bytes());
    ShardImage image = build(profile, rows);
    describes(image.descriptor(), rows);
    reading(image, database -> assertHolds(database, rows));
  }

  @ParameterizedTest
  @EnumSource
  void theLongestKeysAndLargeValuesAreRows(TableProfile profile) {
    Random random = new Random(2);
    NavigableMap<byte[], byte[]> rows = Shards.noRows();
    for (int i = 0; i < 20; i++) {
      byte[] key = new byte[KeyEncoding.MAX_KEY_BYTES - i % 3];
      random.nextBytes(key);
      Arrays.fill(key, 0, key.length / 2, (byte) 0xFE);
      rows.put(key, bytes(i));
    }
    byte[] large = new byte[5_000_000];
    random.nextBytes(large);
    rows.put(bytes(1), large);
    rows.put(bytes(2), new byte[5_000_000]);
    ShardImage image = build(profile, rows);
    describes(image.descriptor(), rows);
    reading(image, database -> assertHolds(database, rows));
  }

  @ParameterizedTest
  @EnumSource
  void aShardOfManyFilesIsReadAsOne(TableProfile profile) {
    NavigableMap<byte[], byte[]> rows = Shards.randomRows(20_000, 3);
    ShardImage image = Shards.build(directory.resolve("image"), profile, rows, 100_000);
    assertThat(image.descriptor().files()).hasSizeGreaterThan(5);
    assertThat(image.descriptor().files())
        .allSatisfy(f -> assertThat(f.size()).isLessThan(200_000));
    describes(image.descriptor(), rows);
    reading(image, database -> assertHolds(database, rows));
  }

  @Test
  void filesAreNumberedInKeyOrder() {
    ShardImage image =
        Shards.build(
            directory.resolve("image"),
            TableProfile.BALANCED,
            Shards.randomRows(20_000, 3),
            100_000);
    assertThat(image.descriptor().files().stream().map(TableFile::name)).isSorted();
  }

  @Test
  void theDescriptorHoldsTheDigestOfEveryFile() throws Exception {
    ShardImage image =
        Shards.build(
            directory.resolve("image"),
            TableProfile.BALANCED,
            Shards.randomRows(5_000, 4),
            100_000);
    for (TableFile file : image.descriptor().files()) {
      byte[] content = Files.readAllBytes(image.path(file));
      assertThat(file.size()).isEqualTo(content.length);
      assertThat(file.sha256()).isEqualTo(Sha256.of(content));
    }
    List<String> names = image.descriptor().privateFiles().stream().map(PrivateFile::name).toList();
    assertThat(names.get(0)).isEqualTo("CURRENT");
    assertThat(names.get(1)).startsWith("MANIFEST-");
    assertThat(names.get(2)).startsWith("OPTIONS-");
    assertThat(names).hasSize(3);
  }

  @Test
  void noPathOfThisMachineIsInThePrivateFiles() {
    ShardImage image = build(TableProfile.BALANCED, Shards.randomRows(10, 4));
    assertThat(image.descriptor().privateFiles())
        .allSatisfy(
            f ->
                assertThat(new String(f.content(), ISO_8859_1))
                    .doesNotContain(directory.toString()));
  }

  @ParameterizedTest
  @EnumSource
  void theSameRowsGiveTablesOfTheSameContentAndTheSameSamples(TableProfile profile) {
    NavigableMap<byte[], byte[]> rows = Shards.randomRows(5_000, 5);
    ShardImage one = Shards.build(directory.resolve("one"), profile, rows, 100_000);
    ShardImage two = Shards.build(directory.resolve("two"), profile, rows, 100_000);
    assertThat(one.descriptor().samples()).isEqualTo(two.descriptor().samples());
    assertThat(one.descriptor().files().stream().map(TableFile::size))
        .isEqualTo(two.descriptor().files().stream().map(TableFile::size).toList());
    try (ShardDatabase first = Shards.open(directory.resolve("r1"), one, resources);
        ShardDatabase second = Shards.open(directory.resolve("r2"), two, resources)) {
      Shards.assertSameRows(Shards.scan(first), rows);
      Shards.assertSameRows(Shards.scan(second), rows);
    }
  }

  @Test
  void seekMovesToTheFirstRowThatIsNotSmaller() {
    NavigableMap<byte[], byte[]> rows = Shards.randomRows(3_000, 6);
    ShardImage image =
        Shards.build(directory.resolve("image"), TableProfile.BALANCED, rows, 50_000);
    Random random = new Random(6);
    reading(
        image,
        database -> {
          try (RowIterator iterator = database.iterate()) {
            for (int i = 0; i < 500; i++) {
              byte[] key = new byte[random.nextInt(5)];
              random.nextBytes(key);
              iterator.seek(key);
              Map.Entry<byte[], byte[]> expected = rows.ceilingEntry(key);
              assertThat(iterator.isValid()).isEqualTo(expected != null);
              if (expected != null) {
                assertThat(iterator.key()).isEqualTo(expected.getKey());
                assertThat(iterator.value()).isEqualTo(expected.getValue());
              }
            }
            iterator.seekToFirst();
            assertThat(iterator.key()).isEqualTo(rows.firstKey());
          }
        });
  }

  @Test
  void aCursorBehindTheLastRowHasNoRow() {
    ShardImage image = build(TableProfile.BALANCED, Shards.randomRows(1, 7));
    reading(
        image,
        database -> {
          try (RowIterator iterator = database.iterate()) {
            iterator.next();
            assertThat(iterator.isValid()).isFalse();
            assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
            assertThatThrownBy(iterator::key).isInstanceOf(NoSuchElementException.class);
            assertThatThrownBy(iterator::value).isInstanceOf(NoSuchElementException.class);
          }
        });
  }

  @Test
  void closingTwiceIsHarmlessAndUseAfterwardsIsAnError() {
    ShardImage image = build(TableProfile.BALANCED, Shards.randomRows(10, 8));
    ShardDatabase database = Shards.open(directory.resolve("open"), image, resources);
    RowIterator iterator = database.iterate();
    assertThatThrownBy(database::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 open iterators");
    iterator.close();
    iterator.close();
    database.close();
    database.close();
    resources.close();
    resources.close();
    assertThatThrownBy(() -> iterator.seek(bytes(1))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> database.get(bytes(1))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> database.multiGet(List.of(bytes(1))))
        .isInstanceOf(ClosedException.class);
    assertThatThrownBy(database::iterate).isInstanceOf(ClosedException.class);
    assertThatThrownBy(database::selfCheck).isInstanceOf(ClosedException.class);
    assertThatThrownBy(resources::blockCacheUsageBytes).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> Shards.open(directory.resolve("again"), image, resources))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void anIterationLeavesTheBlockCacheToTheLookups() {
    ShardImage image = build(TableProfile.BALANCED, Shards.randomRows(20_000, 9));
    reading(
        image,
        database -> {
          long before = resources.blockCacheUsageBytes();
          Shards.scan(database);
          assertThat(resources.blockCacheUsageBytes()).isLessThan(before + 100_000);
          database.selfCheck();
          assertThat(resources.blockCacheUsageBytes()).isGreaterThan(before);
          assertThat(database.tableMemoryBytes()).isPositive();
        });
  }

  private ShardImage build(TableProfile profile, Map<byte[], byte[]> rows) {
    return Shards.build(directory.resolve("image"), profile, rows);
  }

  private void reading(ShardImage image, Consumer<ShardDatabase> action) {
    try (ShardDatabase database = Shards.open(directory.resolve("open"), image, resources)) {
      action.accept(database);
    }
  }

  private static void describes(ShardDescriptor descriptor, NavigableMap<byte[], byte[]> rows) {
    assertThat(descriptor.shard()).isEqualTo(Shards.SHARD);
    assertThat(descriptor.rows()).isEqualTo(rows.size());
    assertThat(descriptor.rowsExact()).isTrue();
    assertThat(descriptor.sequence()).isZero();
    assertThat(descriptor.minKey()).isEqualTo(HexBytes.of(rows.firstKey()));
    assertThat(descriptor.maxKey()).isEqualTo(HexBytes.of(rows.lastKey()));
    assertThat(descriptor.samples()).hasSizeBetween(Math.min(rows.size(), 9), 16);
    for (KeySample sample : descriptor.samples()) {
      assertThat(KeySampler.hash(rows.get(sample.key().toBytes()))).isEqualTo(sample.valueHash());
    }
  }

  private static void assertHolds(ShardDatabase database, NavigableMap<byte[], byte[]> rows) {
    database.selfCheck();
    Shards.assertSameRows(Shards.scan(database), rows);
    List<byte[]> keys = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    Random random = new Random(11);
    for (Map.Entry<byte[], byte[]> row : rows.entrySet()) {
      assertThat(database.get(row.getKey())).isEqualTo(row.getValue());
      byte[] other =
          Arrays.copyOf(row.getKey(), Math.min(row.getKey().length + 1, KeyEncoding.MAX_KEY_BYTES));
      other[other.length - 1] = (byte) random.nextInt();
      assertThat(database.get(other)).isEqualTo(rows.get(other));
      keys.add(other);
      values.add(rows.get(other));
      keys.add(row.getKey());
      values.add(row.getValue());
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < Math.min(keys.size(), 1_000); i++) {
      order.add(random.nextInt(keys.size()));
    }
    List<byte[]> found = database.multiGet(order.stream().map(keys::get).toList());
    assertThat(found).hasSize(order.size());
    for (int i = 0; i < order.size(); i++) {
      assertThat(found.get(i)).isEqualTo(values.get(order.get(i)));
    }
  }
}
