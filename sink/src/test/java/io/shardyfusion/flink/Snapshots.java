package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.snapshot.FetchedShard;
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
public final class Snapshots {

  private final Dataset dataset;
  private final Path directory;
  private final Map<Sha256, SortedMap<Long, String>> shards = new HashMap<>();

  /** Reads from {@code dataset}, with {@code directory} for local copies. */
  public Snapshots(Dataset dataset, Path directory) {
    this.dataset = dataset;
    this.directory = directory;
  }

  /** All rows of a snapshot with integer keys and text values. */
  public SortedMap<Long, String> longRows(Manifest manifest) throws IOException {
    SortedMap<Long, String> rows = new TreeMap<>();
    Files.createDirectories(directory);
    for (ShardEntry entry : manifest.shards()) {
      SortedMap<Long, String> shard = shards.get(entry.descriptor());
      if (shard == null) {
        shard = read(manifest, entry);
        shards.put(entry.descriptor(), shard);
      }
      rows.putAll(shard);
    }
    return rows;
  }

  private SortedMap<Long, String> read(Manifest manifest, ShardEntry entry) {
    SortedMap<Long, String> rows = new TreeMap<>();
    try (FetchedShard shard = FetchedShard.fetch(dataset, entry, directory.resolve("shard"));
        RowIterator row = shard.rows()) {
      for (; row.isValid(); row.next()) {
        long key = manifest.keyEncoding().decodeLong(row.key());
        assertThat(manifest.sharding().shardOf(key)).isEqualTo(entry.shard());
        rows.put(key, new String(row.value(), StandardCharsets.UTF_8));
      }
    }
    return rows;
  }
}
