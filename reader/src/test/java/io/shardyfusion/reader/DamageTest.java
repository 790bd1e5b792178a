package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class DamageTest {

  @TempDir Path directory;

  private long rows = 1000;
  private TestDataset dataset;

  /** What can happen to an object. */
  enum Damage {
    TRUNCATED,
    EMPTIED,
    LENGTHENED,
    FLIPPED,
    DELETED;

    /** Does it, and returns what was there. */
    byte[] to(Path file) {
      try {
        byte[] before = Files.readAllBytes(file);
        switch (this) {
          case TRUNCATED -> Files.write(file, Arrays.copyOf(before, before.length / 2));
          case EMPTIED -> Files.write(file, new byte[0]);
          case LENGTHENED -> Files.write(file, Arrays.copyOf(before, before.length + 1));
          case FLIPPED -> Files.write(file, flipped(before));
          case DELETED -> Files.delete(file);
        }
        return before;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static byte[] flipped(byte[] bytes) {
      byte[] changed = bytes.clone();
      changed[changed.length / 3] ^= 1;
      return changed;
    }
  }

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, 2, rows);
  }

  /** Another dataset, with more blocks than opening a shard brings into the block cache. */
  private void publishManyBlocks() {
    rows = 20_000;
    dataset = TestDataset.ofLongs(directory.resolve("blocks"), 2, rows);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedTableFileIsNamedAndNotTrustedAndItsRepairIsSeen(Damage damage) throws IOException {
    try (ShardedReader reader = open()) {
      Path file = tableFiles().get(0);
      byte[] sound = damage.to(file);
      long inside = keyIn(reader, file);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> reader.get(inside))
            .isInstanceOf(DataDamagedException.class)
            .hasMessageContaining(dataset.root().relativize(file).toString());
        assertThat(cached("files")).isEmpty();
      }
      assertThatThrownBy(() -> reader.scan(reader.route(inside)))
          .isInstanceOf(DataDamagedException.class);
      assertThatThrownBy(() -> reader.multiGet(List.of(inside)))
          .isInstanceOf(DataDamagedException.class);
      Files.write(file, sound);
      assertThat(reader.get(inside)).isEqualTo(value("v1", inside));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedDescriptorIsNamedAndNotTrustedAndItsRepairIsSeen(Damage damage) throws IOException {
    try (ShardedReader reader = open()) {
      int shard = reader.route(7L);
      String object = reader.shards().get(shard).descriptorObject();
      byte[] sound = damage.to(dataset.object(object));
      long documents = cached("documents").size();
      assertThatThrownBy(() -> reader.get(7L))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining(object);
      assertThat(cached("documents")).hasSize((int) documents);
      assertThat(cached("files")).isEmpty();
      Files.write(dataset.object(object), sound);
      assertThat(reader.get(7L)).isEqualTo(value("v1", 7L));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedManifestIsNamedAndItsRepairIsSeen(Damage damage) throws IOException {
    Path manifest = objects(Layout.MANIFESTS).get(0);
    byte[] sound = damage.to(manifest);
    assertThatThrownBy(this::open)
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining(dataset.root().relativize(manifest).toString());
    assertThat(cached("documents")).isEmpty();
    Files.write(manifest, sound);
    try (ShardedReader reader = open()) {
      assertThat(reader.get(7L)).isEqualTo(value("v1", 7L));
    }
  }

  @Test
  void aDamagedPointerIsNamed() throws IOException {
    byte[] sound = Damage.TRUNCATED.to(dataset.object(Layout.POINTER));
    assertThatThrownBy(this::open)
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining(Layout.POINTER);
    Files.write(dataset.object(Layout.POINTER), sound);
    open().close();
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedFileInTheCacheIsFetchedAgainAtTheNextStart(Damage damage) {
    readAll();
    tableFilesInCache().forEach(damage::to);
    try (ShardedReader reader = open()) {
      for (long key = 0; key < rows; key++) {
        assertThat(reader.get(key)).isEqualTo(value("v1", key));
      }
    }
    assertSound(tableFilesInCache());
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedDocumentInTheCacheIsFetchedAgain(Damage damage) {
    readAll();
    cached("documents").forEach(damage::to);
    readAll();
    ProbedStore store = new ProbedStore(dataset.store());
    ShardedReader.open(dataset.options(cache()), store).close();
    assertThat(store.reads()).containsExactly(Layout.POINTER);
  }

  @Test
  void aBlockThatIsDamagedUnderAnOpenReaderIsFetchedAgain() {
    publishManyBlocks();
    readAll();
    try (ShardedReader reader = open()) {
      // Opens both, and reads few blocks.
      assertThat(reader.multiGet(List.of(0L, 1L, 2L, 3L, 4L, 5L))).hasSize(6);
      tableFilesInCache().forEach(DamageTest::spoilBlocks);
      for (long key = 0; key < rows; key++) {
        assertThat(reader.get(key)).as("key %d", key).isEqualTo(value("v1", key));
      }
    }
    assertSound(tableFilesInCache());
  }

  @Test
  void aMultiGetThatMeetsADamagedBlockIsAnsweredFromTheRepairedShard() {
    publishManyBlocks();
    readAll();
    try (ShardedReader reader = open()) {
      assertThat(reader.multiGet(List.of(0L, 1L, 2L, 3L, 4L, 5L))).hasSize(6);
      tableFilesInCache().forEach(DamageTest::spoilBlocks);
      List<Long> keys = Stream.iterate(0L, k -> k + 1).limit(rows).toList();
      assertThat(reader.multiGet(keys)).hasSize((int) rows);
    }
  }

  @Test
  void aLookupIntoABufferThatMeetsADamagedBlockIsAnsweredFromTheRepairedShard() {
    publishManyBlocks();
    readAll();
    ByteBuffer buffer = ByteBuffer.allocateDirect(200);
    try (ShardedReader reader = open()) {
      assertThat(reader.multiGet(List.of(0L, 1L, 2L, 3L, 4L, 5L))).hasSize(6);
      tableFilesInCache().forEach(DamageTest::spoilBlocks);
      for (long key = 0; key < rows; key++) {
        reader.get(key, buffer.clear());
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(value("v1", key)));
      }
    }
    assertSound(tableFilesInCache());
  }

  @Test
  void aScanThatMeetsADamagedBlockFailsAndTheNextOneIsComplete() {
    publishManyBlocks();
    readAll();
    try (ShardedReader reader = open()) {
      assertThat(reader.multiGet(List.of(0L, 1L, 2L, 3L, 4L, 5L))).hasSize(6);
      tableFilesInCache().forEach(DamageTest::spoilBlocks);
      assertThatThrownBy(() -> count(reader, 0)).isInstanceOf(DataDamagedException.class);
      assertThat(count(reader, 0)).isEqualTo(reader.shards().get(0).rows());
    }
  }

  @Test
  void aBlockThatIsDamagedInCacheAndStoreIsAnErrorUntilTheStoreIsRepaired() throws IOException {
    publishManyBlocks();
    readAll();
    Path file = tableFiles().get(0);
    try (ShardedReader reader = open()) {
      long inside = keyIn(reader, file);
      tableFilesInCache().forEach(DamageTest::spoilBlocks);
      byte[] sound = Damage.FLIPPED.to(file);
      assertThatThrownBy(() -> readShardOf(reader, inside))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining(dataset.root().relativize(file).toString());
      Files.write(file, sound);
      readShardOf(reader, inside);
    }
  }

  private void readShardOf(ShardedReader reader, long inside) {
    int shard = reader.route(inside);
    for (long key = 0; key < rows; key++) {
      if (reader.route(key) == shard) {
        assertThat(reader.get(key)).isEqualTo(value("v1", key));
      }
    }
  }

  private static long count(ShardedReader reader, int shard) {
    long found = 0;
    try (RowCursor cursor = reader.scan(shard)) {
      while (cursor.next()) {
        assertThat(cursor.value()).isEqualTo(value("v1", cursor.key()));
        found++;
      }
    }
    return found;
  }

  /** Changes bytes in the data blocks, in place, as a bad disk does. */
  private static void spoilBlocks(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      for (int i = bytes.length / 4; i < bytes.length / 2; i += 100) {
        bytes[i] ^= 4;
      }
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void readAll() {
    try (ShardedReader reader = open()) {
      for (long key = 0; key < rows; key++) {
        assertThat(reader.get(key)).isEqualTo(value("v1", key));
      }
    }
  }

  private void assertSound(List<Path> cached) {
    assertThat(cached).hasSize(2);
    for (Path file : cached) {
      assertThat(file).hasSameBinaryContentAs(dataset.object(cache().relativize(file).toString()));
    }
  }

  private long keyIn(ShardedReader reader, Path tableFile) {
    int shard =
        reader.shards().stream()
            .filter(s -> text(dataset.object(s.descriptorObject())).contains(name(tableFile)))
            .findFirst()
            .orElseThrow()
            .shard();
    return Stream.iterate(0L, k -> k + 1)
        .filter(k -> reader.route(k) == shard)
        .findFirst()
        .orElseThrow();
  }

  private static String name(Path tableFile) {
    return tableFile.getFileName().toString();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ShardedReader open() {
    return ShardedReader.open(dataset.options(cache()));
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private List<Path> tableFiles() {
    return objects(Layout.FILES);
  }

  private List<Path> tableFilesInCache() {
    return cached("files");
  }

  private List<Path> objects(String prefix) {
    return files(dataset.object(prefix));
  }

  private List<Path> cached(String kind) {
    return files(cache().resolve(kind));
  }

  private static List<Path> files(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(parent)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
