package io.shardyfusion.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.snapshot.FetchedShard;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset that was written by the first release stays readable, to the last row. */
class ReleasedDatasetTest {

  @TempDir Path directory;

  @Test
  void theDatasetOfVersion1HoldsTheStatedRowsInTheStatedShards() {
    Map<Integer, Map<String, String>> expected = new HashMap<>();
    List<JsonNode> rows = Fixtures.lines(Fixtures.DIRECTORY.resolve("dataset-rows.jsonl"));
    for (JsonNode row : rows) {
      expected
          .computeIfAbsent(row.get("shard").intValue(), s -> new TreeMap<>())
          .put(row.get("stored_key").textValue(), row.get("value").textValue());
    }
    try (ObjectStore store =
        ObjectStores.open(
            Fixtures.DIRECTORY.resolve("dataset").toUri().toString(), StoreOptions.defaults())) {
      Dataset dataset = new Dataset(store);
      PointerEntry current = dataset.current();
      Manifest manifest = dataset.manifest(current.manifest());

      assertThat(current.version()).isEqualTo(1);
      assertThat(current.rows()).isEqualTo(rows.size()).isEqualTo(manifest.stats().rows());
      for (ShardEntry shard : manifest.shards()) {
        assertThat(rows(dataset, shard))
            .as("shard %s", shard.shard())
            .isEqualTo(expected.getOrDefault(shard.shard(), Map.of()));
      }
      for (JsonNode row : rows) {
        long key = Long.parseLong(row.get("key").textValue());
        assertThat(manifest.sharding().shardOf(key)).isEqualTo(row.get("shard").intValue());
        assertThat(HexBytes.of(manifest.keyEncoding().encode(key)).hex())
            .isEqualTo(row.get("stored_key").textValue());
      }
    }
  }

  private Map<String, String> rows(Dataset dataset, ShardEntry entry) {
    Map<String, String> rows = new TreeMap<>();
    try (FetchedShard shard = FetchedShard.fetch(dataset, entry, directory.resolve("shard"));
        RowIterator row = shard.rows()) {
      for (; row.isValid(); row.next()) {
        rows.put(HexFormat.of().formatHex(row.key()), new String(row.value(), UTF_8));
      }
    }
    return rows;
  }
}
