package io.shardyfusion.cli.measuring;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.util.FileUtils;

/**
 * A dataset of generated rows, published without Flink by the code that the job uses. Each version
 * gives some shards other values. Not thread-safe. Does not own the store.
 */
public final class GeneratedDataset {

  /** A key and a value. */
  public static final int ROW_BYTES = 108;

  private static final String LINEAGE = "be".repeat(16);

  private final ObjectStore store;
  private final Publisher publisher;
  private final Announcer announcer;
  private final HashSharding sharding;
  private final Path scratch;
  private final long rows;
  private final long[][] keys;
  private final ShardEntry[] entries;
  private final int[] versionOf;
  private int versions;

  /**
   * A version that is stored, but not announced.
   *
   * @param changed the entries of the shards that are not as in the version before
   */
  public record Stored(ManifestRef ref, Manifest manifest, List<ShardEntry> changed) {}

  /**
   * A dataset with nothing in it.
   *
   * @param scratch an existing directory, in which shards are built
   */
  public GeneratedDataset(ObjectStore store, int shards, long rows, Path scratch) {
    this.store = store;
    this.publisher = new Publisher(store);
    this.announcer = new Announcer(store, Clock.systemUTC());
    this.sharding = new HashSharding(shards);
    this.scratch = scratch;
    this.rows = rows;
    this.keys = sortedKeys(sharding, rows);
    this.entries = new ShardEntry[shards];
    this.versionOf = new int[shards];
  }

  /**
   * A dataset whose current version a {@link Backfill} has just published.
   *
   * @param scratch an existing directory, in which shards are built
   */
  public static GeneratedDataset onTopOf(ObjectStore store, long rows, Path scratch) {
    Dataset published = new Dataset(store);
    List<ShardEntry> shards = published.manifest(published.current().manifest()).shards();
    GeneratedDataset dataset = new GeneratedDataset(store, shards.size(), rows, scratch);
    shards.toArray(dataset.entries);
    return dataset;
  }

  private static long[][] sortedKeys(HashSharding sharding, long rows) {
    int[] sizes = new int[sharding.numShards()];
    for (long n = 0; n < rows; n++) {
      sizes[sharding.shardOf(GeneratedRows.key(n))]++;
    }
    long[][] keys = new long[sizes.length][];
    Arrays.setAll(keys, shard -> new long[sizes[shard]]);
    for (long n = 0; n < rows; n++) {
      int shard = sharding.shardOf(GeneratedRows.key(n));
      keys[shard][--sizes[shard]] = GeneratedRows.key(n);
    }
    for (long[] shard : keys) {
      Arrays.sort(shard);
    }
    return keys;
  }

  public int shards() {
    return sharding.numShards();
  }

  /** The rows that are there: the first ones of {@link GeneratedRows}. */
  public long rows() {
    return rows;
  }

  public HashSharding sharding() {
    return sharding;
  }

  /** The entries of all shards as last stored. */
  public List<ShardEntry> entries() {
    return List.of(entries);
  }

  /** The value that the n-th row has in the version that was stored last. */
  public byte[] value(long n) {
    return value(n, versionOf[sharding.shardOf(GeneratedRows.key(n))]);
  }

  private byte[] value(long n, int version) {
    return GeneratedRows.value(n + version * rows);
  }

  /** Publishes and announces a version in which all shards are new. */
  public Stored publishAll() throws IOException {
    return publish(IntStream.range(0, shards()).boxed().toList());
  }

  /** Publishes and announces a version in which {@code changed} are new. */
  public Stored publish(Collection<Integer> changed) throws IOException {
    Stored stored = store(changed);
    announce(stored);
    return stored;
  }

  /** Stores a version in which {@code changed} are new, without announcing it. */
  public Stored store(Collection<Integer> changed) throws IOException {
    versions++;
    List<ShardEntry> stored = new ArrayList<>();
    for (int shard : changed) {
      entries[shard] = build(shard);
      versionOf[shard] = versions;
      stored.add(entries[shard]);
    }
    Manifest manifest = manifest(versions, sharding, rows, entries(), stored);
    return new Stored(publisher.store(manifest), manifest, stored);
  }

  /** Announces a version. */
  public void announce(Stored stored) {
    announcer.announce(announcement(stored.ref(), stored.manifest()));
  }

  /** The table files of those shards. */
  public List<TableFile> files(List<ShardEntry> shards) {
    Dataset dataset = new Dataset(store);
    return shards.stream().flatMap(s -> dataset.descriptor(s).files().stream()).toList();
  }

  private ShardEntry build(int shard) throws IOException {
    Path directory = scratch.resolve("shard-" + shard);
    ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
    ByteBuffer value = ByteBuffer.allocateDirect(ROW_BYTES - Long.BYTES);
    try (ShardBuilder builder = new ShardBuilder(shard, TableProfile.BALANCED, directory)) {
      for (long k : keys[shard]) {
        key.clear().put(KeyEncoding.I64.encode(k)).flip();
        value.clear().put(value(GeneratedRows.row(k), versions)).flip();
        builder.add(key, value);
      }
      return publisher.store(builder.finish(), Set.of());
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
  }

  /** Publishes and announces shards that were built elsewhere, as the first version. */
  public static void publish(
      ObjectStore store, HashSharding sharding, long rows, List<ShardEntry> shards) {
    Manifest manifest = manifest(1, sharding, rows, shards, shards);
    new Announcer(store, Clock.systemUTC())
        .announce(announcement(new Publisher(store).store(manifest), manifest));
  }

  private static Announcement announcement(ManifestRef ref, Manifest manifest) {
    return Announcement.of(ref, manifest, LINEAGE, new Predecessor.Any());
  }

  private static Manifest manifest(
      int version,
      HashSharding sharding,
      long rows,
      List<ShardEntry> all,
      List<ShardEntry> changed) {
    String id = String.format(Locale.ROOT, "%032x", version);
    return Manifest.builder()
        .manifestId(id)
        .runId(id)
        .createdAt(Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS))
        .writer(new ManifestWriter("benchmark", "1", "1", RunMode.BATCH))
        .sharding(sharding)
        .keyEncoding(KeyEncoding.I64)
        .valueFormat(ValueFormat.BYTES)
        .engine(ShardBuilder.engine(TableProfile.BALANCED))
        .stats(
            new SnapshotStats(
                rows, true, bytes(all), fileCount(all), bytes(changed), fileCount(changed)))
        .shards(all)
        .build();
  }

  /** The bytes of the table files of those shards. */
  public static long bytes(List<ShardEntry> shards) {
    return shards.stream().mapToLong(ShardEntry::bytes).sum();
  }

  private static long fileCount(List<ShardEntry> shards) {
    return shards.stream().mapToLong(ShardEntry::files).sum();
  }
}
