package io.shardyfusion.reader;

import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A real dataset in a local directory, published by the code that the job uses. */
public final class TestDataset {

  public static final Instant CREATED = Instant.parse("2026-03-04T05:06:07.089Z");

  private static final String LINEAGE = "ab".repeat(16);

  private final Path root;
  private final Path scratch;
  private final KeyEncoding encoding;
  private final Sharding sharding;
  private final TableProfile profile;
  private final Map<List<Map.Entry<String, String>>, ShardEntry> storedBefore = new HashMap<>();
  private int published;

  /** A dataset below {@code directory} with nothing in it. */
  TestDataset(Path directory, KeyEncoding encoding, int shards) {
    this(directory, encoding, shards, TableProfile.BALANCED);
  }

  /** A dataset below {@code directory} with nothing in it, whose tables are of that profile. */
  TestDataset(Path directory, KeyEncoding encoding, int shards, TableProfile profile) {
    this.profile = profile;
    this.root = directory.resolve("dataset");
    this.scratch = directory.resolve("scratch");
    this.encoding = encoding;
    this.sharding = new HashSharding(shards);
  }

  /** The dataset of integer keys with the rows {@code [0, rows)} of {@link #value}, published. */
  static TestDataset ofLongs(Path directory, int shards, long rows) {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, shards);
    dataset.publish(LongStream.range(0, rows).boxed(), key -> value("v1", key));
    return dataset;
  }

  /** The value of a key: it names a version and the key, so that a mix-up shows. */
  static byte[] value(String version, Object key) {
    return bytes(version + ":" + key);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Path root() {
    return root;
  }

  String uri() {
    return root.toUri().toString();
  }

  ObjectStore store() {
    return ObjectStores.open(uri(), StoreOptions.defaults());
  }

  Path object(String key) {
    return root.resolve(key);
  }

  ReaderOptions options(Path cache) {
    return ReaderOptions.builder(uri()).cacheDirectory(cache).build();
  }

  Sharding sharding() {
    return sharding;
  }

  /**
   * Publishes a version with these keys. A shard that is as in an earlier version keeps its files.
   */
  PointerEntry publish(Stream<?> keys, Function<Object, byte[]> values) {
    List<Map<byte[], byte[]>> rows = new ArrayList<>();
    for (int shard = 0; shard < sharding.numShards(); shard++) {
      rows.add(new TreeMap<>(Arrays::compareUnsigned));
    }
    keys.forEach(
        key -> {
          Key typed = Key.ofObject(key);
          rows.get(sharding.shardOf(typed, RoutingContext.none()))
              .put(typed.stored(encoding), values.apply(key));
        });
    try (ObjectStore store = store()) {
      return publish(store, rows);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private PointerEntry publish(ObjectStore store, List<Map<byte[], byte[]>> rows)
      throws IOException {
    Publisher publisher = new Publisher(store);
    published++;
    Files.createDirectories(scratch);
    List<ShardEntry> stored = new ArrayList<>();
    for (int shard = 0; shard < rows.size(); shard++) {
      stored.add(store(publisher, shard, rows.get(shard)));
    }
    Manifest manifest = manifest(stored);
    ManifestRef ref = publisher.store(manifest);
    return new Announcer(store, Clock.fixed(CREATED, ZoneOffset.UTC))
        .announce(Announcement.of(ref, manifest, LINEAGE, new Predecessor.Any()));
  }

  private ShardEntry store(Publisher publisher, int shard, Map<byte[], byte[]> rows)
      throws IOException {
    List<Map.Entry<String, String>> content = new ArrayList<>();
    content.add(Map.entry("shard", Integer.toString(shard)));
    rows.forEach((key, value) -> content.add(Map.entry(hex(key), hex(value))));
    ShardEntry before = storedBefore.get(content);
    if (before != null) {
      return before;
    }
    ShardEntry stored = storeNew(publisher, shard, rows);
    storedBefore.put(content, stored);
    return stored;
  }

  private ShardEntry storeNew(Publisher publisher, int shard, Map<byte[], byte[]> rows)
      throws IOException {
    Path directory = scratch.resolve("shard-" + shard);
    try (ShardBuilder builder = new ShardBuilder(shard, profile, directory)) {
      rows.forEach((key, value) -> builder.add(direct(key), direct(value)));
      return publisher.store(builder.finish(), Set.of());
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  private Manifest manifest(List<ShardEntry> stored) {
    List<ShardEntry> entries = List.copyOf(stored);
    long bytes = entries.stream().mapToLong(ShardEntry::bytes).sum();
    long files = entries.stream().mapToLong(ShardEntry::files).sum();
    return Manifest.builder()
        .manifestId(String.format(Locale.ROOT, "%032x", published))
        .runId(String.format(Locale.ROOT, "%032x", 1000 + published))
        .createdAt(CREATED)
        .writer(new ManifestWriter("test", "1", "0.1.0", RunMode.BATCH))
        .sharding(sharding)
        .keyEncoding(encoding)
        .valueFormat(ValueFormat.TEXT)
        .engine(ShardBuilder.engine(profile))
        .stats(
            new SnapshotStats(
                entries.stream().mapToLong(ShardEntry::rows).sum(),
                true,
                bytes,
                files,
                bytes,
                files))
        .custom(Map.of("purpose", "test"))
        .shards(entries)
        .build();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
