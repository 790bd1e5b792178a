package io.shardyfusion.shard;

import static io.shardyfusion.shard.Shards.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.ReadTuning.TableAccess;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lookups of every kind, however the database is opened. */
class ShardLookupTest {

  @TempDir Path directory;

  private final NavigableMap<byte[], byte[]> rows = Shards.randomRows(3_000, 11);
  private final ReadResources resources = new ReadResources(1 << 20);
  private int opened;

  @AfterEach
  void closeResources() {
    resources.close();
  }

  @Test
  void aBufferGetsTheValueAndIsReadyToBeRead() {
    try (ShardDatabase database = open(ReadTuning.DEFAULT)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(300);
      rows.forEach(
          (key, value) -> {
            buffer.clear().position(7);
            assertThat(database.get(key, buffer)).isEqualTo(value.length);
            assertThat(buffer.position()).isEqualTo(7);
            assertThat(buffer.remaining()).isEqualTo(value.length);
            assertThat(buffer).isEqualTo(ByteBuffer.wrap(value));
          });
    }
  }

  @Test
  void aBufferThatIsTooSmallStaysAndTheSizeIsTold() {
    byte[] key = bytes(1, 2, 3);
    rows.put(key, new byte[1000]);
    rows.put(bytes(4, 5), bytes());
    try (ShardDatabase database = open(ReadTuning.DEFAULT)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(1500).position(3).limit(1002);
      assertThat(database.get(key, buffer)).isEqualTo(1000);
      assertThat(buffer.position()).isEqualTo(3);
      assertThat(buffer.limit()).isEqualTo(1002);
      assertThat(database.get(key, buffer.limit(1003))).isEqualTo(1000);
      assertThat(buffer.limit()).isEqualTo(1003);
      assertThat(database.get(bytes(4, 5), buffer.limit(3))).isZero();
      assertThat(buffer.remaining()).isZero();
    }
  }

  @Test
  void aBufferStaysAsItIsForAKeyThatIsNotThere() {
    try (ShardDatabase database = open(ReadTuning.DEFAULT)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(10).putInt(42);
      assertThat(database.get(new byte[40], buffer)).isEqualTo(ShardDatabase.NOT_FOUND);
      assertThat(buffer).isEqualTo(ByteBuffer.allocate(10).putInt(42));
      assertThat(buffer.position()).isEqualTo(4);
    }
  }

  @Test
  void onlyADirectBufferThatCanBeWrittenIsTaken() {
    try (ShardDatabase database = open(ReadTuning.DEFAULT)) {
      assertThatThrownBy(() -> database.get(bytes(1), ByteBuffer.allocate(10)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("direct", "heap", "allocateDirect");
      ByteBuffer readOnly = ByteBuffer.allocateDirect(10).asReadOnlyBuffer();
      assertThatThrownBy(() -> database.get(bytes(1), readOnly))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("read-only");
    }
  }

  @Test
  void theLongestKeyIsFoundIntoABufferToo() {
    for (int length : new int[] {255, 256, 257, 40_000, KeyEncoding.MAX_KEY_BYTES}) {
      rows.put(new byte[length], bytes(length & 0xFF));
    }
    try (ShardDatabase database = open(ReadTuning.DEFAULT)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(300);
      rows.forEach(
          (key, value) -> assertThat(database.get(key, buffer.clear())).isEqualTo(value.length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 33, 63, 64, 65, 500})
  void aBatchOfAnySizeHasTheValuesOfItsKeysAtTheirPlaces(int size) {
    Random random = new Random(size);
    try (ShardDatabase database = open(ReadTuning.DEFAULT)) {
      for (int missing : new int[] {0, 1, 5, 50, 100}) {
        byte[][] keys = someKeys(size + 4, missing, random);
        byte[][] values = new byte[keys.length][];
        database.multiGet(keys, 2, keys.length - 2, values);
        for (int i = 0; i < keys.length; i++) {
          boolean asked = i >= 2 && i < keys.length - 2;
          assertThat(values[i]).isEqualTo(asked ? rows.get(keys[i]) : null);
        }
        assertThat(database.multiGet(List.of(keys)))
            .containsExactly(Arrays.stream(keys).map(rows::get).toArray(byte[][]::new));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyProfileIsReadInEveryWay(TableProfile profile) {
    rows.putAll(Shards.randomRows(12_000, 12));
    ShardImage image = Shards.build(directory.resolve("image"), profile, rows, 2_000);
    assertThat(image.descriptor().files()).hasSizeGreaterThan(2 * ReadTuning.MIN_OPEN_FILES);
    for (BlockCacheKind kind : BlockCacheKind.values()) {
      for (TableAccess access : TableAccess.values()) {
        try (ReadResources cache = new ReadResources(kind, 1 << 20);
            ShardDatabase database =
                Shards.open(next(), image, cache, new ReadTuning(access, 20))) {
          rows.forEach((key, value) -> assertThat(database.get(key)).isEqualTo(value));
          Shards.assertSameRows(Shards.scan(database), rows);
          database.selfCheck();
          assertThat(cache.blockCacheUsageBytes()).isBetween(0L, 4L << 20);
        }
      }
    }
  }

  @Test
  void tuningFollowsTheProfileAndSharesTheBudget() {
    assertThat(ReadTuning.of("latency", 1000, 10))
        .isEqualTo(new ReadTuning(TableAccess.MAPPED, 100));
    assertThat(ReadTuning.of("balanced", 1000, 10))
        .isEqualTo(new ReadTuning(TableAccess.READ, 100));
    assertThat(ReadTuning.of("compact", 1000, 1000).maxOpenFiles()).isEqualTo(20);
    assertThat(ReadTuning.of("not known here", 1000, 1).access()).isEqualTo(TableAccess.READ);
    assertThatThrownBy(() -> new ReadTuning(TableAccess.READ, 19))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("20", "19");
  }

  @Test
  void aClosedDatabaseSaysSo() {
    ShardDatabase database = open(ReadTuning.DEFAULT);
    database.close();
    assertThatThrownBy(() -> database.get(bytes(1), ByteBuffer.allocateDirect(1)))
        .isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> database.multiGet(List.of(bytes(1))))
        .isInstanceOf(ClosedException.class);
  }

  private byte[][] someKeys(int size, int percentMissing, Random random) {
    List<byte[]> keys = new ArrayList<>(rows.keySet());
    Collections.shuffle(keys, random);
    byte[][] some = keys.subList(0, size).toArray(byte[][]::new);
    for (int i = 0; i < size; i++) {
      if (random.nextInt(100) < percentMissing) {
        some[i] = Arrays.copyOf(some[i], 20);
      }
    }
    return some;
  }

  private ShardDatabase open(ReadTuning tuning) {
    Path at = next();
    ShardImage image =
        Shards.build(at.resolveSibling(at.getFileName() + "-image"), TableProfile.BALANCED, rows);
    return Shards.open(at, image, resources, tuning);
  }

  private Path next() {
    return directory.resolve("open-" + opened++);
  }
}
