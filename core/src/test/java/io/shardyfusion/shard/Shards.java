package io.shardyfusion.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.TableProfile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** Builds, opens and reads shards for tests. */
final class Shards {

  static final int SHARD = 7;

  private Shards() {}

  /** An empty map in the order of a shard. */
  static NavigableMap<byte[], byte[]> noRows() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  /** Rows with keys of 1 to 12 bytes and half-compressible values of up to 200 bytes. */
  static NavigableMap<byte[], byte[]> randomRows(int count, long seed) {
    Random random = new Random(seed);
    NavigableMap<byte[], byte[]> rows = noRows();
    while (rows.size() < count) {
      byte[] key = new byte[1 + random.nextInt(12)];
      byte[] value = new byte[random.nextInt(200)];
      random.nextBytes(key);
      random.nextBytes(value);
      Arrays.fill(value, 0, value.length / 2, (byte) 'x');
      rows.put(key, value);
    }
    return rows;
  }

  static ShardImage build(Path directory, TableProfile profile, Map<byte[], byte[]> ascending) {
    try (ShardBuilder builder = new ShardBuilder(SHARD, profile, directory)) {
      addAll(builder, ascending);
      return builder.finish();
    }
  }

  static ShardImage build(
      Path directory, TableProfile profile, Map<byte[], byte[]> ascending, long targetFileBytes) {
    try (ShardBuilder builder = new ShardBuilder(SHARD, profile, directory, targetFileBytes)) {
      addAll(builder, ascending);
      return builder.finish();
    }
  }

  private static void addAll(ShardBuilder builder, Map<byte[], byte[]> rows) {
    rows.forEach((key, value) -> builder.add(direct(key), direct(value)));
  }

  static ShardDatabase open(Path directory, ShardImage image, ReadResources resources) {
    return ShardDatabase.open(directory, image.descriptor(), image::path, resources);
  }

  static ShardDatabase open(
      Path directory, ShardImage image, ReadResources resources, ReadTuning tuning) {
    return ShardDatabase.open(directory, image.descriptor(), image::path, resources, tuning);
  }

  /** All rows, in the order of the iterator. */
  static NavigableMap<byte[], byte[]> scan(ShardDatabase database) {
    NavigableMap<byte[], byte[]> rows = noRows();
    try (RowIterator iterator = database.iterate()) {
      for (; iterator.isValid(); iterator.next()) {
        byte[] key = iterator.key();
        if (!rows.isEmpty() && Arrays.compareUnsigned(rows.lastKey(), key) >= 0) {
          throw new AssertionError("keys out of order");
        }
        rows.put(key, iterator.value());
      }
    }
    return rows;
  }

  /** Fails at the first row that differs; the message stays small. */
  static void assertSameRows(Map<byte[], byte[]> actual, Map<byte[], byte[]> expected) {
    assertThat(actual).size().isEqualTo(expected.size());
    Iterator<Map.Entry<byte[], byte[]>> others = actual.entrySet().iterator();
    for (Map.Entry<byte[], byte[]> row : expected.entrySet()) {
      Map.Entry<byte[], byte[]> other = others.next();
      assertThat(other.getKey()).isEqualTo(row.getKey());
      assertThat(other.getValue()).isEqualTo(row.getValue());
    }
  }

  static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
