package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.shard.ShardDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads whole snapshots, and checks that every row is in its shard. A shard that several snapshots
 * have is read once.
 */
final class Snapshots {

  private final Dataset dataset;
  private final Path directory;
  private final Map<Sha256, SortedMap<Long, String>> shards = new HashMap<>();

  /** Reads from {@code dataset}, with {@code directory} for local copies. */
  Snapshots(Dataset dataset, Path directory) {
    this.dataset = dataset;
    this.directory = directory;
  }

  /** All rows of a snapshot with integer keys and text values. */
  SortedMap<Long, String> longRows(Manifest manifest) throws IOException {
    SortedMap<Long, String> rows = new TreeMap<>();
    Files.createDirectories(directory);
    try (ReadResources resources = new ReadResources(1 << 20)) {
      for (ShardEntry entry : manifest.shards()) {
        SortedMap<Long, String> shard = shards.get(entry.descriptor());
        if (shard == null) {
          shard = read(manifest, entry, resources);
          shards.put(entry.descriptor(), shard);
        }
        rows.putAll(shard);
      }
    }
    return rows;
  }

  private SortedMap<Long, String> read(Manifest manifest, ShardEntry entry, ReadResources resources)
      throws IOException {
    SortedMap<Long, String> rows = new TreeMap<>();
    ShardDescriptor descriptor = dataset.descriptor(entry);
    for (TableFile file : descriptor.files()) {
      if (!Files.exists(local(file))) {
        dataset.download(file, local(file));
      }
    }
    Path shard = directory.resolve("shard-" + shards.size());
    try (ShardDatabase database = ShardDatabase.open(shard, descriptor, this::local, resources);
        RowIterator iterator = database.iterate()) {
      database.selfCheck();
      for (; iterator.isValid(); iterator.next()) {
        long key = manifest.keyEncoding().decodeLong(iterator.key());
        assertThat(manifest.sharding().shardOf(key)).isEqualTo(entry.shard());
        rows.put(key, new String(iterator.value(), StandardCharsets.UTF_8));
      }
    }
    return rows;
  }

  private Path local(TableFile file) {
    return directory.resolve(file.sha256().hex());
  }
}
