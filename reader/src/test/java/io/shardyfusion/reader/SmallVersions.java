package io.shardyfusion.reader;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.ManifestWriter;
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
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Versions as a cache sees them: documents that are real, and table files of any bytes. */
public final class SmallVersions {

  private final ObjectStore store;
  private int made;

  /** Versions whose table files go into {@code store}. */
  public SmallVersions(ObjectStore store) {
    this.store = store;
  }

  /** A version: its documents, by their digests, and what they say. */
  public record Version(
      Sha256 manifest, Map<Sha256, byte[]> documents, List<ShardDescriptor> shards) {

    public List<TableFile> files() {
      return shards.stream().flatMap(s -> s.files().stream()).toList();
    }

    public long bytes() {
      return files().stream().mapToLong(TableFile::size).sum();
    }

    /** What a reader of it does before it fetches. */
    public void holdIn(FileCache cache) {
      documents.forEach(cache::keep);
      cache.hold(manifest);
    }
  }

  /** A version that has a shard for each list, with a table file for each content. */
  public Version version(List<List<byte[]>> contents) {
    made++;
    List<ShardDescriptor> shards = new ArrayList<>();
    List<ShardEntry> entries = new ArrayList<>();
    List<byte[]> documents = new ArrayList<>();
    for (int shard = 0; shard < contents.size(); shard++) {
      ShardDescriptor descriptor = shard(shard, contents.get(shard));
      byte[] json = ShardDescriptorParser.toJson(descriptor);
      shards.add(descriptor);
      documents.add(json);
      entries.add(ShardEntry.of(descriptor, Sha256.of(json)));
    }
    byte[] manifest = ManifestParser.toJson(manifest(entries));
    documents.add(manifest);
    return new Version(
        Sha256.of(manifest),
        documents.stream().distinct().collect(Collectors.toMap(Sha256::of, d -> d, (a, b) -> a)),
        shards);
  }

  private ShardDescriptor shard(int id, List<byte[]> contents) {
    List<TableFile> files = new ArrayList<>();
    for (byte[] content : contents) {
      TableFile file =
          new TableFile(
              String.format(Locale.ROOT, "%06d.sst", files.size() + 1),
              content.length,
              Sha256.of(content));
      store.write(file.object(), content);
      files.add(file);
    }
    List<PrivateFile> own =
        List.of(
            new PrivateFile("CURRENT", bytes("MANIFEST-000001\n")),
            new PrivateFile("MANIFEST-000001", bytes("m")));
    return ShardDescriptor.builder()
        .shard(id)
        .rows(0)
        .rowsExact(true)
        .sequence(1)
        .files(files)
        .privateFiles(own)
        .build();
  }

  private Manifest manifest(List<ShardEntry> shards) {
    long bytes = shards.stream().mapToLong(ShardEntry::bytes).sum();
    long files = shards.stream().mapToLong(ShardEntry::files).sum();
    return Manifest.builder()
        .manifestId(String.format(Locale.ROOT, "%032x", made))
        .runId(String.format(Locale.ROOT, "%032x", 1000 + made))
        .createdAt(TestDataset.CREATED)
        .writer(new ManifestWriter("test", "1", "0.1.0", RunMode.BATCH))
        .sharding(new HashSharding(shards.size()))
        .keyEncoding(KeyEncoding.I64)
        .valueFormat(ValueFormat.TEXT)
        .engine(new TableEngine(TableEngine.ROCKSDB, "1", "balanced"))
        .stats(new SnapshotStats(0, true, bytes, files, bytes, files))
        .shards(shards)
        .build();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
