package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.BlockCacheKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookupTest {

  private static final List<Long> SIGNED =
      List.of(Long.MIN_VALUE, -4_294_967_296L, -1L, 0L, 1L, 255L, 256L, Long.MAX_VALUE);

  @TempDir Path directory;

  @Test
  void findsEveryIntegerOfTheEncodingI64() {
    try (ShardedReader reader = published(KeyEncoding.I64, SIGNED)) {
      for (long key : SIGNED) {
        assertThat(reader.get(key)).as("key %d", key).isEqualTo(value("v1", key));
      }
      assertThat(reader.get(2L)).isNull();
      assertThat(reader.get(-2L)).isNull();
      assertThat(reader.get(Long.MIN_VALUE + 1)).isNull();
    }
  }

  @Test
  void aDirectBufferGetsTheValue() {
    try (ShardedReader reader = published(KeyEncoding.I64, SIGNED);
        SnapshotView view = reader.view()) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(40);
      for (Lookups lookups : List.of(reader, view)) {
        for (long key : SIGNED) {
          buffer.clear().position(3);
          byte[] expected = value("v1", key);
          assertThat(lookups.get(key, buffer)).isEqualTo(expected.length);
          assertThat(buffer.position()).isEqualTo(3);
          assertThat(buffer).isEqualTo(ByteBuffer.wrap(expected));
        }
        assertThat(lookups.get(2L, buffer)).isEqualTo(Lookups.NOT_FOUND);
        buffer.clear().limit(2);
        assertThat(lookups.get(1L, buffer)).isEqualTo(value("v1", 1L).length);
        assertThat(buffer.position()).isZero();
        assertThat(buffer.limit()).isEqualTo(2);
      }
      assertThatThrownBy(() -> reader.get(1L, ByteBuffer.allocate(40)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("direct", "heap");
      assertThatThrownBy(() -> reader.get("1", buffer)).isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void textAndBytesAreFoundIntoBuffers() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(40);
    try (ShardedReader reader = published(KeyEncoding.UTF8, List.of("", "ü", "x".repeat(3000)))) {
      assertThat(reader.get("x".repeat(3000), buffer)).isGreaterThan(3000);
      assertThat(reader.get("", buffer)).isEqualTo(3);
      assertThat(reader.get("y", buffer.clear())).isEqualTo(Lookups.NOT_FOUND);
    }
    TestDataset raw = new TestDataset(directory.resolve("raw"), KeyEncoding.RAW, 3);
    raw.publish(Stream.of(bytes("a")), key -> bytes("b"));
    try (ShardedReader reader = ShardedReader.open(raw.options(directory.resolve("cache")))) {
      assertThat(reader.get(bytes("a"), buffer.clear())).isEqualTo(1);
      assertThat(buffer.get()).isEqualTo((byte) 'b');
    }
  }

  @Test
  void everyProfileIsReadAsItSuits() {
    for (TableProfile profile : TableProfile.values()) {
      TestDataset dataset =
          new TestDataset(directory.resolve(profile.name()), KeyEncoding.I64, 2, profile);
      dataset.publish(LongStream.range(0, 2000).boxed(), key -> value("v1", key));
      ReaderOptions options =
          ReaderOptions.builder(dataset.uri())
              .cacheDirectory(directory.resolve("cache"))
              .memory(MemoryLimits.defaults().withBlockCache(BlockCacheKind.HYPER_CLOCK))
              .build();
      try (ShardedReader reader = ShardedReader.open(options)) {
        assertThat(reader.snapshot().engine().profile()).isEqualTo(profile.externalName());
        for (long key = 0; key < 2000; key++) {
          assertThat(reader.get(key)).isEqualTo(value("v1", key));
        }
        assertThat(reader.get(2000L)).isNull();
      }
      Leaks.assertNone(directory);
    }
  }

  @Test
  void findsEveryIntegerOfTheEncodingU64be() {
    List<Long> keys = List.of(0L, 1L, 1L << 32, Long.MAX_VALUE);
    try (ShardedReader reader = published(KeyEncoding.U64BE, keys)) {
      for (long key : keys) {
        assertThat(reader.get(key)).as("key %d", key).isEqualTo(value("v1", key));
      }
      assertThat(reader.get(7L)).isNull();
      assertThatThrownBy(() -> reader.get(-1L))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("-1", "u64be", "0 to 9223372036854775807");
    }
  }

  @Test
  void findsEveryIntegerOfTheEncodingU32beAndRefusesOthers() {
    List<Long> keys = List.of(0L, 1L, 65_536L, 4_294_967_295L);
    try (ShardedReader reader = published(KeyEncoding.U32BE, keys)) {
      for (long key : keys) {
        assertThat(reader.get(key)).as("key %d", key).isEqualTo(value("v1", key));
      }
      for (long key : new long[] {-1, 4_294_967_296L, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> reader.get(key))
            .isInstanceOf(InvalidRequestException.class)
            .hasMessageContainingAll(Long.toString(key), "u32be", "0 to 4294967295");
        assertThatThrownBy(() -> reader.route(key)).isInstanceOf(InvalidRequestException.class);
      }
    }
  }

  @Test
  void findsText() {
    List<String> keys = List.of("", "a", "Zürich", "日本", "\uD83D\uDE00", "a\u0000b");
    try (ShardedReader reader = published(KeyEncoding.UTF8, keys)) {
      for (String key : keys) {
        assertThat(reader.get(key)).as("key %s", key).isEqualTo(value("v1", key));
      }
      assertThat(reader.get("b")).isNull();
      assertThatThrownBy(() -> reader.get("x\uD800"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("surrogate");
      assertThatThrownBy(() -> reader.get("x".repeat(KeyEncoding.MAX_KEY_BYTES + 1)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("65537");
    }
  }

  @Test
  void findsBytes() {
    List<byte[]> keys = List.of(new byte[0], new byte[] {0}, new byte[] {-1, -1}, bytes("key"));
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 3);
    dataset.publish(keys.stream(), key -> value("v1", ((byte[]) key).length));
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
      for (byte[] key : keys) {
        assertThat(reader.get(key)).isEqualTo(value("v1", key.length));
      }
      assertThat(reader.get(new byte[] {0, 0})).isNull();
    }
  }

  @Test
  void refusesAKeyOfAnotherTypeAndNamesBoth() {
    try (ShardedReader reader = published(KeyEncoding.I64, SIGNED)) {
      assertThatThrownBy(() -> reader.get("seven"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("'seven'", "i64", "long");
      assertThatThrownBy(() -> reader.get(new byte[] {1, 2}))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("0102", "i64", "long");
      assertThatThrownBy(() -> reader.multiGet(List.of("seven")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("'seven'", "long");
      assertThatThrownBy(() -> reader.route("seven"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("'seven'", "long");
    }
  }

  @Test
  void refusesAnIntegerWhereKeysAreText() {
    try (ShardedReader reader = published(KeyEncoding.UTF8, List.of("7"))) {
      assertThatThrownBy(() -> reader.get(7L))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("7", "utf8", "string");
      assertThatThrownBy(() -> reader.get(bytes("7")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("37", "utf8", "string");
    }
  }

  @Test
  void tellsTheShardOfAKeyWithoutOpeningIt() {
    TestDataset dataset = TestDataset.ofLongs(directory, 8, 100);
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader =
        ShardedReader.open(dataset.options(directory.resolve("cache")), store)) {
      for (long key = -50; key < 150; key++) {
        assertThat(reader.route(key))
            .isEqualTo(dataset.sharding().shardOf(key))
            .isEqualTo(reader.route(Key.of(key)));
        assertThat(reader.shardFor(key)).isEqualTo(reader.shards().get(reader.route(key)));
      }
      assertThat(store.downloads()).isEmpty();
    }
  }

  @Test
  void tellsWhatItServes() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, 100);
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
      SnapshotInfo info = reader.snapshot();
      assertThat(reader.version()).isEqualTo(1);
      assertThat(info.version()).isEqualTo(1);
      assertThat(info.manifest().object()).startsWith("manifests/20260304T050607.089Z_");
      assertThat(info.runId()).hasSize(32);
      assertThat(info.createdAt()).isEqualTo(TestDataset.CREATED);
      assertThat(info.announcedAt()).isEqualTo(TestDataset.CREATED);
      assertThat(info.numShards()).isEqualTo(4);
      assertThat(info.keyEncoding()).isEqualTo(KeyEncoding.I64);
      assertThat(info.rows()).isEqualTo(100);
      assertThat(info.rowsExact()).isTrue();
      assertThat(info.files()).isEqualTo(4);
      assertThat(info.custom()).containsEntry("purpose", "test");
      assertThat(reader.shards()).extracting(ShardEntry::shard).containsExactly(0, 1, 2, 3);
      assertThat(reader.shards().stream().mapToLong(ShardEntry::rows).sum()).isEqualTo(100);
      assertThat(info.bytes())
          .isEqualTo(reader.shards().stream().mapToLong(ShardEntry::bytes).sum());
    }
  }

  @Test
  void readsAnOlderVersion() {
    TestDataset dataset = TestDataset.ofLongs(directory, 2, 10);
    String second = dataset.publish(Stream.of(5L), key -> value("v2", key)).manifest().object();
    dataset.publish(Stream.of(5L), key -> value("v3", key));
    assertThat(valueAt(dataset, null)).isEqualTo(value("v3", 5L));
    assertThat(valueAt(dataset, "1")).isEqualTo(value("v1", 5L));
    assertThat(valueAt(dataset, second)).isEqualTo(value("v2", 5L));
    assertThatThrownBy(() -> valueAt(dataset, "4"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContainingAll("'4'", "from 1 to 3");
  }

  @Test
  void aDatasetWithoutASnapshotIsNotFound() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 2);
    assertThatThrownBy(() -> ShardedReader.open(dataset.options(directory.resolve("cache"))))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no snapshot");
  }

  @Test
  void anEmptySnapshotHasNoKeys() {
    try (ShardedReader reader = published(KeyEncoding.I64, List.of())) {
      assertThat(reader.get(1L)).isNull();
      assertThat(reader.multiGet(List.of(1L, 2L))).isEmpty();
      try (RowCursor cursor = reader.scan(0)) {
        assertThat(cursor.next()).isFalse();
      }
    }
  }

  @Test
  void aViewAnswersAsItsReaderUntilItIsClosed() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, 100);
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
      SnapshotView view = reader.view();
      assertThat(view.version()).isEqualTo(1);
      assertThat(view.snapshot()).isEqualTo(reader.snapshot());
      assertThat(view.shards()).isEqualTo(reader.shards());
      assertThat(view.get(7L)).isEqualTo(value("v1", 7L));
      assertThat(view.multiGet(List.of(7L, 777L))).containsOnlyKeys(7L);
      assertThat(view.route(7L)).isEqualTo(reader.route(7L));
      try (RowCursor cursor = view.scan(0)) {
        assertThat(cursor.next()).isTrue();
        view.close();
        assertThat(cursor.next()).isTrue();
      }
      assertThatThrownBy(() -> view.get(7L))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("version 1");
      view.close();
      assertThat(reader.get(7L)).isEqualTo(value("v1", 7L));
    }
  }

  private byte[] valueAt(TestDataset dataset, String at) {
    ReaderOptions.Builder options =
        ReaderOptions.builder(dataset.uri()).cacheDirectory(directory.resolve("cache"));
    if (at != null) {
      options.at(at);
    }
    try (ShardedReader reader = ShardedReader.open(options.build())) {
      return reader.get(5L);
    }
  }

  private ShardedReader published(KeyEncoding encoding, List<?> keys) {
    TestDataset dataset = new TestDataset(directory, encoding, 3);
    dataset.publish(keys.stream(), key -> value("v1", key));
    return ShardedReader.open(dataset.options(directory.resolve("cache")));
  }
}
