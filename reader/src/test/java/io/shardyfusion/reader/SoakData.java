package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A dataset of many versions, each of which leaves some shards as they were, whose values name the
 * version that last wrote them and their key; and the pointer that is moved between them.
 */
final class SoakData {

  static final int SHARDS = 8;
  static final int ROWS = 4000;
  static final int VERSIONS = 12;

  private final TestDataset dataset;
  private final Sharding sharding;
  private final ObjectStore store;
  private final Pointer published;

  /** For each version, from 1, the one that last wrote each shard. */
  private final List<int[]> writers = new ArrayList<>();

  SoakData(Path directory, Random random) {
    dataset = new TestDataset(directory, KeyEncoding.I64, SHARDS);
    sharding = dataset.sharding();
    store = dataset.store();
    writers.add(new int[SHARDS]);
    for (int version = 1; version <= VERSIONS; version++) {
      int[] now = writers.get(version - 1).clone();
      for (int shard = 0; shard < SHARDS; shard++) {
        if (version == 1 || random.nextInt(3) == 0) {
          now[shard] = version;
        }
      }
      now[random.nextInt(SHARDS)] = version;
      writers.add(now);
      PointerEntry entry =
          dataset.publish(
              LongStream.range(0, ROWS).boxed(),
              key -> bytes(now[sharding.shardOf((Long) key)], (Long) key));
      assertThat(entry.version()).isEqualTo(version);
    }
    byte[] json = store.read(Layout.POINTER, 1 << 20).orElseThrow().content();
    published = PointerParser.fromJson(Layout.POINTER, json);
  }

  String uri() {
    return dataset.uri();
  }

  ObjectStore newStore() {
    return dataset.store();
  }

  /** Makes a version the one to serve. */
  void moveTo(long version) {
    Pointer moved =
        new Pointer(
            published.updatedAt(),
            published.lastVersion(),
            published.entry(version).orElseThrow(),
            published.history(),
            null,
            published.writer());
    store.write(Layout.POINTER, PointerParser.toJson(moved));
  }

  int shardOf(long key) {
    return sharding.shardOf(key);
  }

  void close() {
    store.close();
  }

  /** Checks a value of a version; the key is there if it is one of the first {@link #ROWS}. */
  void check(long version, long key, byte @Nullable [] value) {
    int writer = key < ROWS ? writers.get((int) version)[shardOf(key)] : 0;
    if (writer(key, value) != writer) {
      throw new AssertionError(
          "key %s in version %s: expected the value of version %s, found %s"
              .formatted(key, version, writer, text(value)));
    }
  }

  /** Checks values of one version, whichever, and that none of the keys is missing. */
  void checkOneVersion(List<Long> keys, Map<Long, byte[]> values) {
    assertThat(values).hasSize((int) keys.stream().distinct().filter(k -> k < ROWS).count());
    checkOneVersion(values);
  }

  /** Checks that values are of one version, whichever. */
  void checkOneVersion(Map<Long, byte[]> values) {
    BitSet possible = new BitSet();
    possible.set(1, VERSIONS + 1);
    for (Map.Entry<Long, byte[]> row : values.entrySet()) {
      int shard = shardOf(row.getKey());
      int writer = writer(row.getKey(), row.getValue());
      for (int v = possible.nextSetBit(0); v >= 0; v = possible.nextSetBit(v + 1)) {
        possible.set(v, writers.get(v)[shard] == writer);
      }
    }
    if (possible.isEmpty()) {
      List<String> texts = values.values().stream().map(SoakData::text).toList();
      throw new AssertionError("values of more than one version: " + texts);
    }
  }

  /** Which version wrote that value; 0 if there is none. */
  private static int writer(long key, byte @Nullable [] value) {
    if (value == null) {
      return 0;
    }
    String text = text(value);
    int colon = text.indexOf(':');
    if (Long.parseLong(text, colon + 1, text.length(), 10) != key) {
      throw new AssertionError("key " + key + ": found the value of another key: " + text);
    }
    return Integer.parseInt(text, 1, colon, 10);
  }

  private static String text(byte @Nullable [] value) {
    return value == null ? "nothing" : new String(value, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(int writer, long key) {
    return ("v" + writer + ":" + key).getBytes(StandardCharsets.UTF_8);
  }
}
