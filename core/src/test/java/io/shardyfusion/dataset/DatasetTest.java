package io.shardyfusion.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.PrivateFile;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableEngine;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to an object of a dataset, what reads it says so and names the object. */
class DatasetTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final String OLDER_ID = "00000000000000000000000000000001";
  private static final String NEWER_ID = "00000000000000000000000000000002";

  @TempDir Path directory;

  private ObjectStore store;
  private Dataset dataset;
  private PointerEntry older;
  private PointerEntry newer;

  /** What can happen to an object: the new bytes, or nothing at all. */
  enum Damage {
    TRUNCATED {
      @Override
      List<Optional<byte[]>> of(byte[] content, byte[] other) {
        return IntStream.of(0, 1, content.length / 2, content.length - 1)
            .mapToObj(n -> Optional.of(Arrays.copyOf(content, n)))
            .toList();
      }
    },
    ONE_BIT_FLIPPED {
      @Override
      List<Optional<byte[]>> of(byte[] content, byte[] other) {
        return IntStream.iterate(0, i -> i < content.length * 8, i -> i + 101)
            .mapToObj(
                bit -> {
                  byte[] flipped = content.clone();
                  flipped[bit / 8] ^= (byte) (1 << bit % 8);
                  return Optional.of(flipped);
                })
            .toList();
      }
    },
    DELETED {
      @Override
      List<Optional<byte[]>> of(byte[] content, byte[] other) {
        return List.of(Optional.empty());
      }
    },
    REPLACED_BY_ANOTHER_VALID_ONE {
      @Override
      List<Optional<byte[]>> of(byte[] content, byte[] other) {
        return List.of(Optional.of(other));
      }
    },
    LONGER {
      @Override
      List<Optional<byte[]>> of(byte[] content, byte[] other) {
        return List.of(Optional.of(Arrays.copyOf(content, content.length + 1)));
      }
    };

    abstract List<Optional<byte[]>> of(byte[] content, byte[] other);
  }

  @BeforeEach
  void publishTwoVersions() {
    store =
        ObjectStores.open(directory.resolve("data").toUri().toString(), StoreOptions.defaults());
    dataset = new Dataset(store);
    older = publish(1, OLDER_ID, "older rows");
    newer = publish(2, NEWER_ID, "newer rows");
    write(new Pointer(NOW, 2, newer, List.of(newer, older), null, null));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aWholeDatasetIsReadFromThePointerToTheLastByte() {
    Manifest manifest = dataset.manifest(dataset.current().manifest());
    ShardDescriptor descriptor = dataset.descriptor(manifest.shards().get(0));
    Path target = directory.resolve("copy");
    dataset.download(descriptor.files().get(0), target);

    assertThat(dataset.current()).isEqualTo(newer);
    assertThat(manifest.manifestId()).isEqualTo(NEWER_ID);
    assertThat(dataset.descriptor(manifest.shards().get(1)).files()).isEmpty();
    assertThat(target).hasContent("newer rows");
  }

  @Test
  void aVersionIsFoundByItsNumberOrItsManifest() {
    assertThat(dataset.resolve("1")).isEqualTo(older);
    assertThat(dataset.resolve(older.manifest().object())).isEqualTo(older);
    assertThatThrownBy(() -> dataset.resolve("3"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no version or manifest '3'; the history has 2, from 1 to 2");
  }

  @Test
  void aPointerThatIsStillTheSameIsReadByOneConditionalRequestWithoutItsBytes() {
    CountingObjectStore counting = new CountingObjectStore(store);
    Dataset counted = new Dataset(counting);
    PointerState state = counted.pointer().orElseThrow();
    long bytes = counting.bytesDown();

    assertThat(counted.pointerIfChanged(state.tag())).isInstanceOf(PointerRead.Unchanged.class);
    assertThat(counting.gets()).isEqualTo(2);
    assertThat(counting.bytesDown()).isEqualTo(bytes);
  }

  @Test
  void aPointerThatWasReplacedOrDeletedOrDamagedIsSeenByTheConditionalRead() {
    PointerState before = dataset.pointer().orElseThrow();
    write(new Pointer(NOW, 2, older, List.of(newer, older), null, null));

    assertThat(dataset.pointerIfChanged(before.tag()))
        .isInstanceOfSatisfying(
            PointerRead.Changed.class,
            changed -> {
              assertThat(changed.state()).isEqualTo(dataset.pointer().orElseThrow());
              assertThat(changed.state().pointer().current()).isEqualTo(older);
            });
    store.write(Layout.POINTER, "{".getBytes(UTF_8));
    assertThatThrownBy(() -> dataset.pointerIfChanged(before.tag()))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining(Layout.POINTER);
    store.delete(List.of(Layout.POINTER));
    assertThat(dataset.pointerIfChanged(before.tag())).isInstanceOf(PointerRead.Missing.class);
  }

  @Test
  void aDatasetWithoutAPointerOrWithoutAVersionHasNoSnapshot() {
    store.delete(List.of(Layout.POINTER));
    assertThat(dataset.pointer()).isEmpty();
    assertThatThrownBy(() -> dataset.current())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("has no snapshot");

    write(new Pointer(NOW, 0, null, List.of(), null, null));
    assertThatThrownBy(() -> dataset.current()).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> dataset.resolve("1"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("the history is empty");
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedManifestIsRefusedByName(Damage damage) {
    assertRefused(
        damage,
        newer.manifest().object(),
        older.manifest().object(),
        () -> dataset.manifest(newer.manifest()));
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedDescriptorIsRefusedByName(Damage damage) {
    ShardEntry entry = dataset.manifest(newer.manifest()).shards().get(0);
    ShardEntry other = dataset.manifest(older.manifest()).shards().get(0);

    assertRefused(
        damage,
        entry.descriptorObject(),
        other.descriptorObject(),
        () -> dataset.descriptor(entry));
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedTableFileIsRefusedByNameAndLeavesNoCopy(Damage damage) {
    TableFile file = file(newer);
    Path target = directory.resolve("copy");

    assertRefused(
        damage,
        file.object(),
        file(older).object(),
        () -> {
          try {
            dataset.download(file, target);
          } catch (DataDamagedException refused) {
            assertThat(target).doesNotExist();
            throw refused;
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"TRUNCATED", "DELETED", "LONGER"})
  void aDamagedPointerIsRefusedByName(Damage damage) {
    byte[] content = content(Layout.POINTER);
    for (Optional<byte[]> damaged : damage.of(content, content)) {
      put(Layout.POINTER, damaged);
      if (damaged.isEmpty()) {
        assertThat(dataset.pointer()).isEmpty();
      } else {
        assertThatThrownBy(() -> dataset.pointer())
            .isInstanceOf(DataDamagedException.class)
            .hasMessageStartingWith("the object _CURRENT ");
      }
    }
  }

  @Test
  void aPointerOfAFutureVersionSaysWhatToDo() {
    store.write(Layout.POINTER, "{\"format_version\":2,\"head\":[]}".getBytes(UTF_8));

    assertThatThrownBy(() -> dataset.current())
        .isInstanceOf(DataDamagedException.class)
        .hasMessage(
            "the object _CURRENT breaks the format: format_version: this is format version 2; "
                + "this software reads version 1: upgrade it");
  }

  @Test
  void aReferenceOutOfTheDatasetIsRefusedBeforeItIsFollowed() {
    String json = new String(content(Layout.POINTER), UTF_8);
    String outside = "../other/" + newer.manifest().object();
    store.write(Layout.POINTER, json.replace(newer.manifest().object(), outside).getBytes(UTF_8));

    assertThatThrownBy(() -> dataset.current())
        .isInstanceOf(DataDamagedException.class)
        .hasMessageStartingWith("the object _CURRENT breaks the format: current.manifest: ")
        .hasMessageContaining("found '../other/manifests/");
  }

  @Test
  void aManifestUnderAnotherNameIsRefused() {
    ManifestRef real = newer.manifest();
    ManifestRef renamed = new ManifestRef(Layout.manifest(NOW, OLDER_ID), real.sha256());
    store.write(renamed.object(), content(real.object()));

    assertThatThrownBy(() -> dataset.manifest(renamed))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("the object " + renamed.object() + " of ")
        .hasMessageContaining("found " + real.object());
  }

  @Test
  void aDescriptorThatIsNotWhatTheManifestSaysIsRefused() {
    ShardEntry entry = dataset.manifest(newer.manifest()).shards().get(0);
    ShardEntry lying = entry.with().rows(3).maxKey(null).build();

    assertThatThrownBy(() -> dataset.descriptor(lying))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("the object " + entry.descriptorObject() + " of ")
        .hasMessageContaining("expected what the manifest says of it");
  }

  @Test
  void aDamagedCachedCopyIsReadFromTheStoreAgain() {
    Map<Sha256, byte[]> kept = new HashMap<>();
    Dataset cached = new Dataset(store, cache(kept));
    Manifest manifest = cached.manifest(newer.manifest());
    assertThat(kept).containsOnlyKeys(newer.manifest().sha256());

    kept.replaceAll((digest, content) -> Arrays.copyOf(content, content.length - 1));
    assertThat(cached.manifest(newer.manifest())).isEqualTo(manifest);

    store.delete(List.of(newer.manifest().object()));
    assertThat(cached.manifest(newer.manifest())).isEqualTo(manifest);
  }

  private void assertRefused(Damage damage, String object, String other, Runnable read) {
    byte[] content = content(object);
    List<Optional<byte[]>> damages = damage.of(content, content(other));
    assertThat(damages).isNotEmpty();
    for (Optional<byte[]> damaged : damages) {
      put(object, damaged);
      assertThatThrownBy(read::run)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageStartingWith("the object " + object + " ")
          .hasMessageContaining(damaged.isPresent() ? "expected" : "is missing");
    }
    put(object, Optional.of(content));
    read.run();
  }

  private PointerEntry publish(long version, String id, String rows) {
    byte[] table = rows.getBytes(UTF_8);
    TableFile file = new TableFile("000008.sst", table.length, Sha256.of(table));
    store.write(file.object(), table);
    HexBytes key = HexBytes.of(KeyEncoding.I64.encode(version));
    ShardEntry full = publish(descriptor(0, version, key, List.of(file)));
    ShardEntry empty = publish(descriptor(1, 0, null, List.of()));
    Manifest manifest =
        Manifest.builder()
            .manifestId(id)
            .runId(id)
            .createdAt(NOW)
            .writer(new ManifestWriter("flink", "2.3.0", "0.1.0", RunMode.BATCH))
            .sharding(new HashSharding(2))
            .keyEncoding(KeyEncoding.I64)
            .valueFormat(ValueFormat.BYTES)
            .engine(new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"))
            .stats(new SnapshotStats(version, true, table.length, 1, table.length, 1))
            .shards(List.of(full, empty))
            .build();
    byte[] json = ManifestParser.toJson(manifest);
    store.write(manifest.object(), json);
    return PointerEntry.builder()
        .version(version)
        .manifest(new ManifestRef(manifest.object(), Sha256.of(json)))
        .runId(id)
        .announcedAt(NOW)
        .rows(version)
        .bytes(table.length)
        .status(VersionStatus.ANNOUNCED)
        .rowsExact(true)
        .build();
  }

  private ShardEntry publish(ShardDescriptor descriptor) {
    byte[] json = ShardDescriptorParser.toJson(descriptor);
    ShardEntry entry = ShardEntry.of(descriptor, Sha256.of(json));
    store.write(entry.descriptorObject(), json);
    return entry;
  }

  private static ShardDescriptor descriptor(
      int shard, long rows, HexBytes key, List<TableFile> files) {
    PrivateFile current = new PrivateFile("CURRENT", "MANIFEST-000005\n".getBytes(UTF_8));
    PrivateFile manifest = new PrivateFile("MANIFEST-000005", new byte[] {1, 2, 3});
    return ShardDescriptor.builder()
        .shard(shard)
        .rows(rows)
        .rowsExact(true)
        .minKey(key)
        .maxKey(key)
        .sequence(rows)
        .files(files)
        .privateFiles(List.of(current, manifest))
        .build();
  }

  private TableFile file(PointerEntry entry) {
    ShardEntry shard = dataset.manifest(entry.manifest()).shards().get(0);
    return dataset.descriptor(shard).files().get(0);
  }

  private void write(Pointer pointer) {
    store.write(Layout.POINTER, PointerParser.toJson(pointer));
  }

  private byte[] content(String object) {
    return store.read(object, 1 << 20).orElseThrow().content();
  }

  private void put(String object, Optional<byte[]> content) {
    content.ifPresentOrElse(c -> store.write(object, c), () -> store.delete(List.of(object)));
  }

  private static DocumentCache cache(Map<Sha256, byte[]> kept) {
    return new DocumentCache() {
      @Override
      public Optional<byte[]> find(Sha256 sha256, int maxBytes) {
        return Optional.ofNullable(kept.get(sha256));
      }

      @Override
      public void keep(Sha256 sha256, byte[] content) {
        kept.put(sha256, content);
      }
    };
  }
}
