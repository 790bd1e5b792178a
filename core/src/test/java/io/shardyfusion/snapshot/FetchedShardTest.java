package io.shardyfusion.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.shard.ShardWriter;
import io.shardyfusion.shard.WriteResources;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchedShardTest {

  private static final int ROWS = 2_000;

  @TempDir Path directory;

  private final NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
  private ObjectStore store;
  private Dataset dataset;
  private ShardEntry entry;
  private Path work;

  @BeforeEach
  void publish() throws IOException {
    Random random = new Random(7);
    while (rows.size() < ROWS) {
      byte[] key = new byte[1 + random.nextInt(12)];
      byte[] value = new byte[random.nextInt(200)];
      random.nextBytes(key);
      random.nextBytes(value);
      rows.put(key, value);
    }
    store =
        ObjectStores.open(directory.resolve("dataset").toUri().toString(), StoreOptions.defaults());
    dataset = new Dataset(store);
    entry = publish(3, rows);
    work = Files.createDirectory(directory.resolve("work"));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    store.close();
    assertThat(work).isEmptyDirectory();
  }

  @Test
  void theRowsComeAsTheyAreStoredInUnsignedOrderOfTheirKeys() {
    try (FetchedShard shard = fetch()) {
      assertThat(shard.descriptor().files()).hasSize(3);
      try (RowIterator row = shard.rows()) {
        assertThat(read(row)).isEqualTo(text(rows));
      }
    }
  }

  @Test
  void aRangeHasItsFirstKeyAndEndsBeforeItsLast() {
    List<byte[]> keys = new ArrayList<>(rows.keySet());
    byte[] from = keys.get(ROWS / 3);
    byte[] to = keys.get(ROWS / 2);
    byte[] between = Arrays.copyOf(from, from.length + 1);
    try (FetchedShard shard = fetch()) {
      assertThat(read(shard, from, to)).isEqualTo(text(rows.subMap(from, true, to, false)));
      assertThat(read(shard, between, null)).isEqualTo(text(rows.tailMap(between, true)));
      assertThat(read(shard, null, to)).isEqualTo(text(rows.headMap(to, false)));
      assertThat(read(shard, null, null)).isEqualTo(text(rows));
      assertThat(read(shard, to, from)).isEmpty();
      assertThat(read(shard, from, from)).isEmpty();
    }
  }

  @Test
  void aShardWithoutRowsHasNone() throws IOException {
    entry = publish(4, Map.of());
    try (FetchedShard shard = fetch();
        RowIterator row = shard.rows()) {
      assertThat(row.isValid()).isFalse();
    }
  }

  @Test
  void theFilesTakeTheRoomOfTheShardOnceAndAreFetchedOnce() throws IOException {
    CountingObjectStore counted = new CountingObjectStore(store);
    try (FetchedShard shard = FetchedShard.fetch(new Dataset(counted), entry, target())) {
      for (TableFile file : shard.descriptor().files()) {
        assertThat(shard.path(file)).hasSize(file.size());
      }
      try (RowIterator first = shard.rows();
          RowIterator second = shard.rows()) {
        assertThat(read(first)).isEqualTo(read(second));
      }
      assertThat(bytesOnDisk()).isBetween(entry.bytes(), entry.bytes() + 100_000);
      assertThat(counted.gets()).isEqualTo(1 + entry.files());
    }
  }

  @Test
  void twoThreadsFetchAndReadShardsOfTheirOwn() throws IOException {
    NavigableMap<byte[], byte[]> others = new TreeMap<>(rows.headMap(rows.lastKey(), false));
    ShardEntry other = publish(4, others);
    CompletableFuture<Map<String, String>> one = CompletableFuture.supplyAsync(() -> all(entry));
    CompletableFuture<Map<String, String>> two = CompletableFuture.supplyAsync(() -> all(other));
    assertThat(one.join()).isEqualTo(text(rows));
    assertThat(two.join()).isEqualTo(text(others));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileThatIsDamagedOrMissingIsNamedAndNothingIsLeftOfTheOthers(boolean missing)
      throws IOException {
    List<TableFile> files = dataset.descriptor(entry).files();
    String object = files.get(files.size() - 1).object();
    Path damaged = directory.resolve("dataset").resolve(object);
    if (missing) {
      Files.delete(damaged);
    } else {
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[bytes.length / 2] ^= 1;
      Files.write(damaged, bytes);
    }
    assertThatThrownBy(this::fetch)
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContainingAll(object, missing ? "is missing" : "SHA-256");
    assertThat(work).isEmptyDirectory();
  }

  @Test
  void aDescriptorThatIsNotTheOneOfTheManifestIsDamaged() throws IOException {
    Path descriptor = directory.resolve("dataset").resolve(entry.descriptorObject());
    Files.writeString(descriptor, Files.readString(descriptor) + " ");
    assertThatThrownBy(this::fetch)
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContainingAll(entry.descriptorObject(), "SHA-256");
  }

  @Test
  void samplesThatTheFilesDoNotHaveAreDamageBeforeTheFirstRow() throws IOException {
    ShardDescriptor whole = dataset.descriptor(entry);
    NavigableMap<byte[], byte[]> others = new TreeMap<>(Arrays::compareUnsigned);
    rows.keySet().forEach(key -> others.put(key, new byte[] {1}));
    ShardDescriptor wrong = whole.withSamples(dataset.descriptor(publish(3, others)).samples());
    try (FetchedShard shard = FetchedShard.create(wrong, target())) {
      wrong.files().forEach(file -> shard.fetch(dataset, file));
      assertThatThrownBy(shard::rows)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining("sampled key");
    }
  }

  @Test
  void aDirectoryThatIsThereIsRefusedAndKept() throws IOException {
    Path mine = Files.createFile(Files.createDirectory(target()).resolve("mine"));
    assertThatThrownBy(this::fetch)
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("shard 3", target().toString(), "exists already");
    assertThat(mine).exists();
    Files.delete(mine);
    Files.delete(target());
    fetch().close();
  }

  @Test
  void aShardIsNotClosedUnderAnOpenIterator() {
    FetchedShard shard = fetch();
    RowIterator row = shard.rows(new byte[] {1}, new byte[] {2});
    assertThatThrownBy(shard::close).isInstanceOf(IllegalStateException.class);
    assertThat(row.isValid()).isTrue();
    row.close();
    shard.close();
    shard.close();
    assertThatThrownBy(shard::rows)
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("shard 3");
  }

  private FetchedShard fetch() {
    return FetchedShard.fetch(dataset, entry, target());
  }

  private Path target() {
    return work.resolve("shard");
  }

  private Map<String, String> all(ShardEntry which) {
    try (FetchedShard shard =
            FetchedShard.fetch(dataset, which, work.resolve("shard-" + which.shard()));
        RowIterator row = shard.rows()) {
      return read(row);
    }
  }

  private static Map<String, String> read(
      FetchedShard shard, byte @Nullable [] from, byte @Nullable [] to) {
    try (RowIterator row = shard.rows(from, to)) {
      return read(row);
    }
  }

  private static Map<String, String> read(RowIterator row) {
    Map<String, String> found = new TreeMap<>();
    byte[] before = null;
    for (; row.isValid(); row.next()) {
      byte[] key = row.key();
      assertThat(before == null || Arrays.compareUnsigned(before, key) < 0).isTrue();
      found.put(hex(key), hex(row.value()));
      before = key;
    }
    return found;
  }

  private static Map<String, String> text(Map<byte[], byte[]> rows) {
    Map<String, String> text = new TreeMap<>();
    rows.forEach((key, value) -> text.put(hex(key), hex(value)));
    return text;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Publishes a shard of three table files, or of none. */
  private ShardEntry publish(int shard, Map<byte[], byte[]> rows) throws IOException {
    Path built = Files.createTempDirectory(directory, "built");
    List<Map.Entry<byte[], byte[]>> all = List.copyOf(rows.entrySet());
    try (WriteResources resources = new WriteResources(8 << 20, 1, 1);
        ShardWriter writer =
            ShardWriter.create(shard, TableProfile.BALANCED, built.resolve("shard"), resources)) {
      for (int batch = 0; batch < 3; batch++) {
        for (int i = batch; i < all.size(); i += 3) {
          writer.put(all.get(i).getKey(), all.get(i).getValue());
        }
        ShardImage image = writer.checkpoint(built.resolve("image-" + batch));
        if (batch == 2) {
          return new Publisher(store).store(image, Set.of());
        }
      }
    }
    throw new AssertionError();
  }

  /** Of all files below the working directory, each counted once however many names it has. */
  private long bytesOnDisk() throws IOException {
    Map<Object, Long> sizes = new HashMap<>();
    try (Stream<Path> all = Files.walk(work)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        sizes.put(file.fileKey(), file.size());
      }
    }
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }
}
