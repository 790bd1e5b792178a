package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MultiGetTest {

  @TempDir Path directory;

  @Test
  void keepsTheCallersOrderAcrossShards() {
    try (ShardedReader reader = longs(1000)) {
      List<Long> keys = new ArrayList<>(LongStream.range(0, 1000).boxed().toList());
      Collections.shuffle(keys, new Random(7));
      Map<Long, byte[]> found = reader.multiGet(keys);
      assertThat(new ArrayList<>(found.keySet())).isEqualTo(keys);
      found.forEach((key, value) -> assertThat(value).isEqualTo(value("v1", key)));
    }
  }

  @Test
  void manyKeysAreAnsweredAsFewAre() {
    try (ShardedReader reader = longs(3000)) {
      Random random = new Random(8);
      for (int size : new int[] {255, 256, 257, 1000, 5000}) {
        List<Long> keys = random.longs(size, -500, 3500).boxed().toList();
        Map<Long, byte[]> found = reader.multiGet(keys);
        assertThat(new ArrayList<>(found.keySet()))
            .isEqualTo(keys.stream().distinct().filter(k -> k >= 0 && k < 3000).toList());
        found.forEach((key, value) -> assertThat(value).isEqualTo(value("v1", key)));
      }
    }
  }

  @Test
  @Timeout(60)
  void shardsThatAreNotOpenYetAreFetchedTogether() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, 100);
    ProbedStore store = new ProbedStore(dataset.store());
    CyclicBarrier together = new CyclicBarrier(2);
    store.beforeDownload(
        key -> {
          try {
            together.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new StorageException("the downloads came one after the other", e);
          }
        });
    try (ShardedReader reader =
        ShardedReader.open(dataset.options(directory.resolve("cache")), store)) {
      assertThat(reader.multiGet(LongStream.range(0, 100).boxed().toList())).hasSize(100);
    }
  }

  @Test
  void answersDuplicatesOnceAndLeavesOutWhatIsNotThere() {
    try (ShardedReader reader = longs(100)) {
      Map<Long, byte[]> found = reader.multiGet(List.of(5L, 500L, 3L, 5L, -1L, 3L, 99L));
      assertThat(found.keySet()).containsExactly(5L, 3L, 99L);
      assertThat(found.get(500L)).isNull();
      assertThat(reader.multiGet(List.<Long>of())).isEmpty();
    }
  }

  @Test
  void theResultCannotBeModified() {
    try (ShardedReader reader = longs(10)) {
      Map<Long, byte[]> found = reader.multiGet(List.of(1L));
      assertThatThrownBy(() -> found.put(2L, bytes("x")))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void takesSmallerIntegersAsTheyAre() {
    try (ShardedReader reader = longs(10)) {
      Map<Number, byte[]> found = reader.multiGet(List.<Number>of(1, 2L, (short) 3, (byte) 4));
      assertThat(found.keySet()).containsExactly(1, 2L, (short) 3, (byte) 4);
      assertThat(found.get(1)).isEqualTo(value("v1", 1L));
    }
  }

  @Test
  void refusesNullsAndOtherClassesBeforeItLooksAnythingUp() {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, 100);
    ProbedStore store = new ProbedStore(dataset.store());
    try (ShardedReader reader =
        ShardedReader.open(dataset.options(directory.resolve("cache")), store)) {
      assertThatThrownBy(() -> reader.multiGet(Arrays.asList(1L, null)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("null key");
      assertThatThrownBy(() -> reader.multiGet(List.<Object>of(1L, 2.5)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("2.5", "java.lang.Double", "long");
      assertThat(store.downloads()).isEmpty();
    }
  }

  @Test
  void takesKeysOfAnyTypeAsKeys() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 3);
    Key a = Key.of(bytes("a"));
    dataset.publish(Stream.of(bytes("a"), bytes("b")), key -> bytes("v"));
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
      Map<Key, byte[]> found = reader.multiGet(List.of(a, Key.of(bytes("x")), Key.of(bytes("a"))));
      assertThat(found.keySet()).containsExactly(a);
      assertThat(found.get(a)).isEqualTo(bytes("v")).isEqualTo(reader.get(a));
      assertThatThrownBy(() -> reader.multiGet(List.<Object>of(a, bytes("b"))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("all of type byte[], or none is; found both");
    }
  }

  @Test
  void findsText() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.UTF8, 3);
    dataset.publish(Stream.of("a", "b", "ü"), key -> value("v1", key));
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
      Map<String, byte[]> found = reader.multiGet(List.of("ü", "x", "a"));
      assertThat(found.keySet()).containsExactly("ü", "a");
      assertThat(found.get("ü")).isEqualTo(value("v1", "ü"));
    }
  }

  @Test
  void bytesCountByTheirContentAndAreCopied() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 3);
    List<byte[]> keys = List.of(bytes("a"), bytes("b"), bytes("c"));
    dataset.publish(keys.stream(), key -> (byte[]) key);
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("cache")))) {
      byte[] mutable = bytes("c");
      Map<byte[], byte[]> found =
          reader.multiGet(List.of(mutable, bytes("x"), bytes("a"), bytes("c")));
      mutable[0] = 'z';
      assertThat(found).hasSize(2);
      assertThat(found.get(bytes("c"))).isEqualTo(bytes("c"));
      assertThat(found.get(bytes("a"))).isEqualTo(bytes("a"));
      assertThat(found.get(bytes("x"))).isNull();
      assertThat(found.containsKey(bytes("a"))).isTrue();
      assertThat(found.containsKey(mutable)).isFalse();
      assertThat(found.keySet()).containsExactly(bytes("c"), bytes("a"));
      assertThatThrownBy(() -> found.put(bytes("q"), bytes("q")))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(found::clear).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  private ShardedReader longs(long rows) {
    TestDataset dataset = TestDataset.ofLongs(directory, 7, rows);
    return ShardedReader.open(dataset.options(directory.resolve("cache")));
  }
}
