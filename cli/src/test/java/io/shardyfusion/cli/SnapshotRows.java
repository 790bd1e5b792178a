package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.shard.ShardDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads all rows of one snapshot after the other, keys and values as text. Every object is proved
 * by its digest once; what two snapshots share is read once. Not thread-safe.
 */
final class SnapshotRows implements AutoCloseable {

  private final Dataset dataset;
  private final Path files;
  private final Path databases;
  private final ReadResources resources = new ReadResources(1 << 20);
  private Map<Sha256, Map<String, String>> shards = Map.of();
  private int opened;

  SnapshotRows(Dataset dataset, Path directory) throws IOException {
    this.dataset = dataset;
    this.files = Files.createDirectories(directory.resolve("files"));
    this.databases = Files.createDirectories(directory.resolve("databases"));
  }

  Map<String, String> read(PointerEntry entry) {
    Manifest manifest = dataset.manifest(entry.manifest());
    Map<Sha256, Map<String, String>> read = new HashMap<>();
    Map<String, String> rows = new HashMap<>();
    for (ShardEntry shard : manifest.shards()) {
      Map<String, String> known = shards.get(shard.descriptor());
      Map<String, String> some = known == null ? rows(dataset.descriptor(shard)) : known;
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

  private Map<String, String> rows(ShardDescriptor descriptor) {
    Map<String, String> rows = new HashMap<>();
    for (TableFile file : descriptor.files()) {
      if (!Files.exists(file(file))) {
        dataset.download(file, file(file));
      }
    }
    opened++;
    Path directory = databases.resolve(String.valueOf(opened));
    try (ShardDatabase database =
        ShardDatabase.open(directory, descriptor, this::file, resources)) {
      database.selfCheck();
      try (RowIterator row = database.iterate()) {
        for (; row.isValid(); row.next()) {
          rows.put(new String(row.key(), UTF_8), new String(row.value(), UTF_8));
        }
      }
    }
    WorkDirectory.delete(directory);
    return rows;
  }

  private Path file(TableFile file) {
    return files.resolve(file.sha256().hex());
  }

  @Override
  public void close() {
    resources.close();
  }
}
