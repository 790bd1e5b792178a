package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.DirectoryTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Lookups and scans in random datasets against a sorted map. */
class LookupPropertyTest {

  private static final int RANGES = 40;
  private static final List<Integer> EDGES = List.of(0, 1, 127, 128, 254, 255);

  private static final Comparator<Object> STORED_ORDER =
      (a, b) ->
          a instanceof Long number
              ? number.compareTo((Long) b)
              : Arrays.compareUnsigned((byte[]) a, (byte[]) b);

  @Property(tries = 8)
  void keysOfBytesAreFoundAndScannedAsTheModelHasThem(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int shards) throws IOException {
    Random random = new Random(seed);
    check(KeyEncoding.RAW, shards, random, () -> edgyBytes(random));
  }

  @Property(tries = 8)
  void integersAreFoundAndScannedAsTheModelHasThem(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int shards) throws IOException {
    Random random = new Random(seed);
    check(
        KeyEncoding.I64,
        shards,
        random,
        () -> random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(400) - 200L);
  }

  private static void check(
      KeyEncoding encoding, int shards, Random random, Supplier<Object> someKey)
      throws IOException {
    Path directory = Files.createTempDirectory("shardyfusion-lookups");
    try {
      NavigableMap<Object, byte[]> model = new TreeMap<>(STORED_ORDER);
      for (int rows = random.nextInt(400); rows > 0; rows--) {
        model.put(someKey.get(), edgyBytes(random));
      }
      TestDataset dataset = new TestDataset(directory, encoding, shards);
      dataset.publish(model.keySet().stream(), model::get);
      try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
        for (int i = 0; i < RANGES; i++) {
          checkScans(reader, model, random, someKey);
        }
        List<Object> keys = new ArrayList<>(model.keySet());
        for (int i = 0; i < 300; i++) {
          keys.add(someKey.get());
        }
        Collections.shuffle(keys, random);
        checkGets(reader, model, keys);
        for (int size : new int[] {keys.size(), 30, 1, 0}) {
          checkMultiGet(reader, model, keys.subList(0, size));
        }
      }
      Leaks.assertNone(directory);
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  private static void checkScans(
      ShardedReader reader,
      NavigableMap<Object, byte[]> model,
      Random random,
      Supplier<Object> someKey) {
    Object from = random.nextInt(3) == 0 ? null : someKey.get();
    Object to = random.nextInt(3) == 0 ? null : someKey.get();
    byte[] prefix =
        random.nextBoolean() && someKey.get() instanceof byte[] bytes
            ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
            : null;
    KeyRange range = range(from, to, prefix);
    List<String> expected = new ArrayList<>();
    model.forEach(
        (key, value) -> {
          if ((from == null || STORED_ORDER.compare(key, from) >= 0)
              && (to == null || STORED_ORDER.compare(key, to) < 0)
              && (prefix == null || startsWith((byte[]) key, prefix))) {
            expected.add(text(key) + "=" + text(value));
          }
        });
    assertThat(rows(reader.scan(range, ScanOrder.BY_KEY))).isEqualTo(expected);
    List<String> byShard = new ArrayList<>();
    for (int shard = 0; shard < reader.shards().size(); shard++) {
      byShard.addAll(rows(reader.scan(shard, range)));
    }
    assertThat(rows(reader.scan(range))).isEqualTo(byShard);
    assertThat(byShard).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static void checkGets(
      ShardedReader reader, NavigableMap<Object, byte[]> model, List<Object> keys) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(16);
    for (Object key : keys) {
      byte[] value = model.get(key);
      boolean isNumber = key instanceof Long;
      assertThat(isNumber ? reader.get((long) key) : reader.get((byte[]) key)).isEqualTo(value);
      buffer.clear();
      int size = isNumber ? reader.get((long) key, buffer) : reader.get((byte[]) key, buffer);
      if (value == null) {
        assertThat(size).isEqualTo(Lookups.NOT_FOUND);
      } else {
        assertThat(size).isEqualTo(value.length);
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(value));
      }
    }
  }

  private static void checkMultiGet(
      ShardedReader reader, NavigableMap<Object, byte[]> model, List<Object> keys) {
    Map<String, String> expected = new LinkedHashMap<>();
    for (Object key : keys) {
      byte[] value = model.get(key);
      if (value != null) {
        expected.put(text(key), text(value));
      }
    }
    List<String> found = new ArrayList<>();
    reader.multiGet(keys).forEach((key, value) -> found.add(text(key) + "=" + text(value)));
    assertThat(found)
        .isEqualTo(expected.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  private static KeyRange range(
      @Nullable Object from, @Nullable Object to, byte @Nullable [] prefix) {
    KeyRange range = KeyRange.all();
    if (from != null) {
      range = from instanceof Long number ? range.from(number) : range.from((byte[]) from);
    }
    if (to != null) {
      range = to instanceof Long number ? range.to(number) : range.to((byte[]) to);
    }
    return prefix == null ? range : range.prefix(prefix);
  }

  private static List<String> rows(RowCursor cursor) {
    List<String> rows = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        rows.add(text(cursor.key()) + "=" + text(cursor.value()));
      }
    }
    return rows;
  }

  /** Up to six bytes at the edges of the signed and the unsigned order. */
  private static byte[] edgyBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(7)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = EDGES.get(random.nextInt(EDGES.size())).byteValue();
    }
    return bytes;
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String text(Object key) {
    return key instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : key.toString();
  }
}
