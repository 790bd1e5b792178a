package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.snapshot.FetchedShard;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads all rows of one snapshot after the other, keys and values as text. A shard that two
 * snapshots share is read once. Not thread-safe.
 */
final class SnapshotRows {

  private final Dataset dataset;
  private final Path work;
  private Map<Sha256, Map<String, String>> shards = Map.of();

  /** Rows of {@code dataset}, whose shards are fetched into {@code work}, one at a time. */
  SnapshotRows(Dataset dataset, Path work) {
    this.dataset = dataset;
    this.work = work;
  }

  Map<String, String> read(PointerEntry entry) {
    Manifest manifest = dataset.manifest(entry.manifest());
    Map<Sha256, Map<String, String>> read = new HashMap<>();
    Map<String, String> rows = new HashMap<>();
    for (ShardEntry shard : manifest.shards()) {
      Map<String, String> known = shards.get(shard.descriptor());
      Map<String, String> some = known == null ? rows(shard) : known;
      read.put(shard.descriptor(), some);
      for (Map.Entry<String, String> row : some.entrySet()) {
        if (rows.put(row.getKey(), row.getValue()) != null) {
          throw new AssertionError(
              "version " + entry.version() + " has the key " + row.getKey() + " in two shards");
        }
      }
    }
    shards = read;
    return rows;
  }

  private Map<String, String> rows(ShardEntry entry) {
    Map<String, String> rows = new HashMap<>();
    try (FetchedShard shard = FetchedShard.fetch(dataset, entry, work.resolve("shard"));
        RowIterator row = shard.rows()) {
      for (; row.isValid(); row.next()) {
        rows.put(new String(row.key(), UTF_8), new String(row.value(), UTF_8));
      }
    }
    return rows;
  }
}
