package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanTest {

  @TempDir Path directory;

  @Test
  void givesEveryRowOnceInNumericOrderWithinAShard() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 4);
    List<Long> keys = LongStream.rangeClosed(-500, 500).mapToObj(k -> k * 1_000_003).toList();
    dataset.publish(keys.stream(), key -> value("v1", key));
    try (ShardedReader reader = open(dataset)) {
      List<Long> all = new ArrayList<>();
      for (int shard = 0; shard < 4; shard++) {
        List<Long> found = new ArrayList<>();
        try (RowCursor cursor = reader.scan(shard)) {
          assertThat(cursor.shard()).isEqualTo(reader.shards().get(shard));
          while (cursor.next()) {
            long key = (Long) cursor.key();
            assertThat(cursor.value()).isEqualTo(value("v1", key));
            assertThat(reader.route(key)).isEqualTo(shard);
            found.add(key);
          }
          assertThat(cursor.next()).isFalse();
        }
        assertThat(found).isSorted();
        all.addAll(found);
      }
      assertThat(all).containsExactlyInAnyOrderElementsOf(keys);
    }
  }

  @Test
  void aRangeHasItsStartAndNotItsEnd() {
    try (ShardedReader reader = open(oneShard(KeyEncoding.I64, -3L, -1L, 0L, 2L, 5L))) {
      assertThat(scan(reader, KeyRange.all().from(-1L).to(2L))).containsExactly(-1L, 0L);
      assertThat(scan(reader, KeyRange.all().from(1L))).containsExactly(2L, 5L);
      assertThat(scan(reader, KeyRange.all().to(0L))).containsExactly(-3L, -1L);
      assertThat(scan(reader, KeyRange.all().from(5L).to(-3L))).isEmpty();
      assertThat(scan(reader, KeyRange.all().from(6L))).isEmpty();
    }
  }

  @Test
  void aPrefixNarrowsARange() {
    TestDataset dataset = oneShard(KeyEncoding.UTF8, "", "a", "ab", "abc", "ac", "b", "é", "éa");
    try (ShardedReader reader = open(dataset)) {
      assertThat(scan(reader, KeyRange.all().prefix("ab"))).containsExactly("ab", "abc");
      assertThat(scan(reader, KeyRange.all().prefix("é"))).containsExactly("é", "éa");
      assertThat(scan(reader, KeyRange.all().prefix(""))).hasSize(8);
      assertThat(scan(reader, KeyRange.all().prefix("a").from("ab").to("ac")))
          .containsExactly("ab", "abc");
      assertThat(scan(reader, KeyRange.all().prefix("a").to("x")))
          .containsExactly("a", "ab", "abc", "ac");
      assertThat(scan(reader, KeyRange.all().prefix("a").from("b"))).isEmpty();
      assertThat(scan(reader, KeyRange.all().prefix("zz"))).isEmpty();
    }
  }

  @Test
  void aPrefixOfTheHighestBytesHasNoEnd() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 1);
    List<byte[]> keys =
        Stream.of("fe", "ff", "ffff", "ffff00", "ffffff").map(ScanTest::hex).toList();
    dataset.publish(keys.stream(), key -> (byte[]) key);
    try (ShardedReader reader = open(dataset)) {
      assertThat(scanHex(reader, KeyRange.all().prefix(hex("ffff"))))
          .containsExactly("ffff", "ffff00", "ffffff");
      assertThat(scanHex(reader, KeyRange.all().prefix(hex("feff")))).isEmpty();
      assertThat(scanHex(reader, KeyRange.all().prefix(hex("ff")).to(hex("ffff00"))))
          .containsExactly("ff", "ffff");
    }
  }

  @Test
  void everyRangeGivesWhatASortedSetGives() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
    while (keys.size() < 150) {
      keys.add(randomKey(random));
    }
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 1);
    dataset.publish(keys.stream(), key -> (byte[]) key);
    try (ShardedReader reader = open(dataset)) {
      for (int round = 0; round < 300; round++) {
        byte[] from = randomKey(random);
        byte[] to = randomKey(random);
        byte[] prefix = Arrays.copyOf(randomKey(random), random.nextInt(2));
        List<String> expected =
            keys.stream()
                .filter(k -> Arrays.compareUnsigned(k, from) >= 0)
                .filter(k -> Arrays.compareUnsigned(k, to) < 0)
                .map(HexFormat.of()::formatHex)
                .filter(k -> k.startsWith(HexFormat.of().formatHex(prefix)))
                .toList();
        assertThat(scanHex(reader, KeyRange.all().from(from).to(to).prefix(prefix)))
            .as("seed %d, round %d", seed, round)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void refusesWhatIsNoRangeOfTheDatasetsKeys() {
    try (ShardedReader reader = open(oneShard(KeyEncoding.I64, 1L))) {
      assertThatThrownBy(() -> reader.scan(0, KeyRange.all().from("a")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("'a'", "long");
      assertThatThrownBy(() -> reader.scan(0, KeyRange.all().prefix("a")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("prefix", "long");
      assertThatThrownBy(() -> reader.scan(1))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("no shard 1", "0 to 0");
      assertThatThrownBy(() -> reader.scan(-1)).isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void aCursorThatIsOnNoRowSaysSo() {
    try (ShardedReader reader = open(oneShard(KeyEncoding.I64, 1L));
        RowCursor cursor = reader.scan(0)) {
      assertThatThrownBy(cursor::key).isInstanceOf(InvalidRequestException.class);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(1L);
      assertThat(cursor.next()).isFalse();
      assertThatThrownBy(cursor::value)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("next()");
    }
  }

  @Test
  void aClosedCursorSaysSo() {
    try (ShardedReader reader = open(oneShard(KeyEncoding.I64, 1L, 2L))) {
      RowCursor cursor = reader.scan(0);
      assertThat(cursor.next()).isTrue();
      cursor.close();
      cursor.close();
      assertThatThrownBy(cursor::next).isInstanceOf(ClosedException.class);
      assertThatThrownBy(cursor::key).isInstanceOf(ClosedException.class);
      assertThatThrownBy(cursor::value).isInstanceOf(ClosedException.class);
      assertThat(reader.get(1L)).isNotNull();
    }
  }

  @Test
  void aCursorsKeyIsTheCallersOwn() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 1);
    dataset.publish(Stream.of(bytes("a")), key -> (byte[]) key);
    try (ShardedReader reader = open(dataset);
        RowCursor cursor = reader.scan(0)) {
      assertThat(cursor.next()).isTrue();
      ((byte[]) cursor.key())[0] = 'z';
      assertThat(cursor.key()).isEqualTo(bytes("a"));
    }
  }

  private ShardedReader open(TestDataset dataset) {
    return ShardedReader.open(dataset.options(directory.resolve("cache")));
  }

  private TestDataset oneShard(KeyEncoding encoding, Object... keys) {
    TestDataset dataset = new TestDataset(directory, encoding, 1);
    dataset.publish(Stream.of(keys), key -> value("v1", key));
    return dataset;
  }

  private static List<Object> scan(ShardedReader reader, KeyRange range) {
    List<Object> keys = new ArrayList<>();
    try (RowCursor cursor = reader.scan(0, range)) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    return keys;
  }

  private static List<String> scanHex(ShardedReader reader, KeyRange range) {
    return scan(reader, range).stream().map(k -> HexFormat.of().formatHex((byte[]) k)).toList();
  }

  private static byte[] randomKey(Random random) {
    byte[] key = new byte[random.nextInt(4)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) List.of(0, 1, 127, 128, 254, 255).get(random.nextInt(6)).intValue();
    }
    return key;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
