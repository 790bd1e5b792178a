package io.shardyfusion.cli;

import io.shardyfusion.cli.frame.WorkDirectory;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/** A dataset in a directory, published without a job. */
public final class TestDataset {

  static final Instant CREATED = Instant.parse("2026-03-01T10:00:00Z");
  public static final String RUN_ID = "00112233445566778899aabbccddeeff";

  private static final String LINEAGE = "f".repeat(32);

  private final Path root;
  private final KeyEncoding encoding;
  private final Sharding sharding;
  private final Map<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
  private ToIntFunction<Key> routing;
  private UnaryOperator<ShardDescriptor> description = d -> d;
  private int published;

  /** An empty dataset below {@code parent}, which holds nothing else. */
  public TestDataset(Path parent, KeyEncoding encoding, int numShards) {
    this.root = parent.resolve("dataset");
    this.encoding = encoding;
    this.sharding = new HashSharding(numShards);
    this.routing = key -> sharding.shardOf(key, RoutingContext.none());
  }

  public String uri() {
    return root.toUri().toString();
  }

  public Path root() {
    return root;
  }

  public Sharding sharding() {
    return sharding;
  }

  public TestDataset row(long key, String value) {
    return row(Key.of(key), value.getBytes(StandardCharsets.UTF_8));
  }

  public TestDataset row(String key, String value) {
    return row(Key.of(key), value.getBytes(StandardCharsets.UTF_8));
  }

  public TestDataset row(byte[] key, byte[] value) {
    return row(Key.of(key), value);
  }

  public TestDataset row(Key key, byte[] value) {
    rows.put(key.stored(encoding), value);
    return this;
  }

  /** Puts rows where they do not belong. */
  public TestDataset misroutedBy(ToIntFunction<Key> wrong) {
    routing = wrong;
    return this;
  }

  /** Describes shards as they are not. */
  public TestDataset misdescribedBy(UnaryOperator<ShardDescriptor> wrong) {
    description = wrong;
    return this;
  }

  /** Publishes all rows so far as the next version. */
  public PointerEntry publish() {
    Clock clock = Clock.fixed(CREATED.plusSeconds(60L * published), ZoneOffset.UTC);
    try (ObjectStore store = ObjectStores.open(uri(), StoreOptions.defaults());
        WorkDirectory work = new WorkDirectory(root.getParent())) {
      Publisher publisher = new Publisher(store);
      List<ShardEntry> shards = new ArrayList<>();
      for (int shard = 0; shard < sharding.numShards(); shard++) {
        shards.add(publisher.store(build(shard, work.path().resolve("shard-" + shard)), Set.of()));
      }
      Manifest manifest = manifest(clock.instant(), shards);
      ManifestRef ref = publisher.store(manifest);
      published++;
      return new Announcer(store, clock)
          .announce(Announcement.of(ref, manifest, LINEAGE, new Predecessor.Any()));
    }
  }

  private ShardImage build(int shard, Path directory) {
    try (ShardBuilder builder = new ShardBuilder(shard, TableProfile.BALANCED, directory)) {
      rows.forEach(
          (key, value) -> {
            if (routing.applyAsInt(encoding.decode(key)) == shard) {
              builder.add(direct(key), direct(value));
            }
          });
      ShardImage image = builder.finish();
      return new ShardImage(description.apply(image.descriptor()), image.directory());
    }
  }

  private Manifest manifest(Instant created, List<ShardEntry> shards) {
    List<ShardEntry> entries = List.copyOf(shards);
    long bytes = entries.stream().mapToLong(ShardEntry::bytes).sum();
    long files = entries.stream().mapToLong(ShardEntry::files).sum();
    return Manifest.builder()
        .manifestId(HexFormat.of().toHexDigits(published + 1).repeat(4))
        .runId(RUN_ID)
        .createdAt(created)
        .writer(new ManifestWriter("test", "1", "0.1.0", RunMode.BATCH))
        .sharding(sharding)
        .keyEncoding(encoding)
        .valueFormat(ValueFormat.BYTES)
        .engine(ShardBuilder.engine(TableProfile.BALANCED))
        .stats(
            new SnapshotStats(
                entries.stream().mapToLong(ShardEntry::rows).sum(),
                true,
                bytes,
                files,
                bytes,
                files))
        .custom(Map.of("source", "test"))
        .shards(entries)
        .build();
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
