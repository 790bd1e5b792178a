package io.shardyfusion.testkit;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.SoftwareVersion;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableEngine;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.ScanOrder;
import io.shardyfusion.reader.SnapshotInfo;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A version in memory. Immutable. */
final class InMemorySnapshot {

  private final long version;
  private final KeyEncoding encoding;
  private final HashSharding sharding;
  private final List<NavigableMap<byte[], byte[]>> rows = new ArrayList<>();
  private final List<ShardEntry> entries = new ArrayList<>();
  private final Instant createdAt = Instant.now();

  /**
   * A row.
   *
   * @param shard that has it
   * @param stored its key as it is stored, with the value; neither is a copy
   */
  record Row(int shard, Map.Entry<byte[], byte[]> stored) {

    byte[] key() {
      return stored.getKey();
    }

    byte[] value() {
      return stored.getValue();
    }
  }

  /** A version that copies these rows. */
  InMemorySnapshot(long version, KeyEncoding encoding, int shards, Map<?, byte[]> content) {
    this.version = version;
    this.encoding = encoding;
    this.sharding = new HashSharding(shards);
    for (int shard = 0; shard < shards; shard++) {
      rows.add(new TreeMap<>(Arrays::compareUnsigned));
    }
    content.forEach(
        (object, value) -> {
          Key key = Key.ofObject(object);
          rows.get(route(key)).put(key.stored(encoding).clone(), value.clone());
        });
    for (int shard = 0; shard < shards; shard++) {
      entries.add(entry(shard, rows.get(shard)));
    }
  }

  private ShardEntry entry(int shard, NavigableMap<byte[], byte[]> rows) {
    return ShardEntry.builder()
        .shard(shard)
        .rows(rows.size())
        .rowsExact(true)
        .bytes(bytes(rows))
        .files(rows.isEmpty() ? 0 : 1)
        .minKey(rows.isEmpty() ? null : HexBytes.of(rows.firstKey()))
        .maxKey(rows.isEmpty() ? null : HexBytes.of(rows.lastKey()))
        .descriptor(Sha256.of(ByteBuffer.allocate(12).putLong(version).putInt(shard).array()))
        .build();
  }

  private static long bytes(NavigableMap<byte[], byte[]> rows) {
    return rows.entrySet().stream().mapToLong(r -> r.getKey().length + r.getValue().length).sum();
  }

  long version() {
    return version;
  }

  KeyEncoding encoding() {
    return encoding;
  }

  List<ShardEntry> entries() {
    return List.copyOf(entries);
  }

  int route(Key key) {
    key.stored(encoding); // Refuses what a lookup refuses.
    return sharding.shardOf(key, RoutingContext.none());
  }

  /** The value of a key, not a copy; null if it is not there. */
  byte @Nullable [] find(Key key) {
    return rows.get(route(key)).get(key.stored(encoding));
  }

  /** The rows of one shard that are in a range, in key order. */
  List<Row> rows(int shard, KeyRange range) {
    if (shard < 0 || shard >= rows.size()) {
      throw new InvalidRequestException(
          "there is no shard " + shard + "; expected 0 to " + (rows.size() - 1));
    }
    range.contains(new byte[0], encoding); // Refuses what a scan refuses.
    return rows.get(shard).entrySet().stream()
        .filter(row -> range.contains(row.getKey(), encoding))
        .map(row -> new Row(shard, row))
        .toList();
  }

  /** The rows of all shards that are in a range. */
  List<Row> rows(KeyRange range, ScanOrder order) {
    List<Row> all = new ArrayList<>();
    for (int shard = 0; shard < rows.size(); shard++) {
      all.addAll(rows(shard, range));
    }
    if (order == ScanOrder.BY_KEY) {
      all.sort(Comparator.comparing(Row::key, Arrays::compareUnsigned));
    }
    return all;
  }

  SnapshotInfo info() {
    String id = HexFormat.of().toHexDigits(0L) + HexFormat.of().toHexDigits(version);
    return SnapshotInfo.builder()
        .version(version)
        .manifest(
            new ManifestRef(
                Layout.manifest(createdAt, id), Sha256.of(id.getBytes(StandardCharsets.UTF_8))))
        .runId(id)
        .createdAt(createdAt)
        .announcedAt(createdAt)
        .sharding(sharding)
        .keyEncoding(encoding)
        .valueFormat(ValueFormat.BYTES)
        .rows(rows.stream().mapToLong(Map::size).sum())
        .rowsExact(true)
        .bytes(entries.stream().mapToLong(ShardEntry::bytes).sum())
        .files(entries.stream().mapToLong(ShardEntry::files).sum())
        .writer(
            new ManifestWriter(
                "memory", SoftwareVersion.current(), SoftwareVersion.current(), RunMode.BATCH))
        .engine(new TableEngine("rocksdb", "none", "balanced"))
        .build();
  }
}
