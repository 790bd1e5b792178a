package io.shardyfusion.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.Lookups;
import io.shardyfusion.reader.RowCursor;
import io.shardyfusion.reader.ScanOrder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The promises of {@link Lookups}, which the reader and the fake keep alike. */
abstract class LookupsContract {

  static final int SHARDS = 3;

  /** Lookups in version 1 of these rows, in {@link #SHARDS} shards. */
  abstract Lookups lookups(KeyEncoding encoding, Map<?, byte[]> rows);

  /** Makes these rows the next version of the same lookups. */
  abstract void replace(Map<?, byte[]> rows);

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private Lookups numbers() {
    Map<Long, byte[]> rows = new LinkedHashMap<>();
    LongStream.range(-50, 50).forEach(key -> rows.put(key, bytes("value " + key)));
    return lookups(KeyEncoding.I64, rows);
  }

  private static List<Object> keys(RowCursor cursor) {
    try (cursor) {
      List<Object> keys = new ArrayList<>();
      while (cursor.next()) {
        keys.add(cursor.key() instanceof byte[] key ? Arrays.toString(key) : cursor.key());
      }
      return keys;
    }
  }

  @Test
  void aKeyIsFoundOrNullAndItsValueIsTheCallersOwn() {
    Lookups lookups = numbers();
    byte[] value = lookups.get(7);
    assertThat(value).isEqualTo(bytes("value 7"));
    value[0] = 0;
    assertThat(lookups.get(Key.of(7))).isEqualTo(bytes("value 7"));
    assertThat(lookups.get(50)).isNull();
  }

  @Test
  void keysOfTextAndBytesAreFound() {
    Lookups text = lookups(KeyEncoding.UTF8, Map.of("Zürich", bytes("1"), "", bytes("2")));
    assertThat(text.get("Zürich")).isEqualTo(bytes("1"));
    assertThat(text.get("")).isEqualTo(bytes("2"));
    assertThat(text.get("zürich")).isNull();
  }

  @Test
  void keysOfBytesAreFound() {
    Lookups binary = lookups(KeyEncoding.RAW, Map.of(new byte[] {-1, 0}, bytes("1")));
    assertThat(binary.get(new byte[] {-1, 0})).isEqualTo(bytes("1"));
    assertThat(binary.get(new byte[] {-1})).isNull();
  }

  @Test
  void aKeyOfAnotherTypeIsRefused() {
    Lookups lookups = numbers();
    assertThatThrownBy(() -> lookups.get("7")).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> lookups.route("7")).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> lookups.multiGet(List.of(1L, "7")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> lookups.multiGet(Arrays.asList(1L, null)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> lookups.getAsync("7").join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aValueIsReadIntoABufferThatIsLargeEnough() {
    Lookups lookups = numbers();
    ByteBuffer buffer = ByteBuffer.allocateDirect(20).position(2);
    assertThat(lookups.get(7, buffer)).isEqualTo(7);
    assertThat(buffer.position()).isEqualTo(2);
    assertThat(buffer.limit()).isEqualTo(9);
    byte[] read = new byte[7];
    buffer.get(read);
    assertThat(read).isEqualTo(bytes("value 7"));

    ByteBuffer small = ByteBuffer.allocateDirect(3);
    assertThat(lookups.get(7, small)).isEqualTo(7);
    assertThat(small.remaining()).isEqualTo(3);
    assertThat(lookups.get(70, small)).isEqualTo(Lookups.NOT_FOUND);
    assertThatThrownBy(() -> lookups.get(7, ByteBuffer.allocate(20)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("direct");
    assertThatThrownBy(() -> lookups.get(7, ByteBuffer.allocateDirect(9).asReadOnlyBuffer()))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void manyKeysAreFoundEachOnceInTheCallersOrder() {
    Lookups lookups = numbers();
    Map<Object, byte[]> found = lookups.multiGet(List.of(9L, 100L, -3L, 9L, 0));
    assertThat(found.keySet()).containsExactly(9L, -3L, 0);
    assertThat(found.get(-3L)).isEqualTo(bytes("value -3"));
    assertThatThrownBy(found::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThat(lookups.multiGet(List.of())).isEmpty();
    assertThat(lookups.multiGetAsync(List.of(1L)).join().get(1L)).isEqualTo(bytes("value 1"));
    assertThat(lookups.getAsync(1).join()).isEqualTo(bytes("value 1"));
    assertThat(lookups.getAsync(70).join()).isNull();
  }

  @Test
  void manyKeysOfBytesCountByTheirContent() {
    Lookups binary =
        lookups(KeyEncoding.RAW, Map.of(new byte[] {1}, bytes("1"), new byte[] {2}, bytes("2")));
    Map<byte[], byte[]> found =
        binary.multiGet(List.of(new byte[] {2}, new byte[] {1}, new byte[] {2}, new byte[] {3}));
    assertThat(found).hasSize(2);
    assertThat(found.get(new byte[] {1})).isEqualTo(bytes("1"));
    assertThat(found.keySet().iterator().next()).containsExactly(2);
    assertThatThrownBy(() -> binary.multiGet(List.of(new byte[] {1}, "1")))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void everyKeyIsInTheShardThatItIsRoutedTo() {
    Lookups lookups = numbers();
    assertThat(lookups.shards()).hasSize(SHARDS);
    for (int shard = 0; shard < SHARDS; shard++) {
      for (Object key : keys(lookups.scan(shard))) {
        assertThat(lookups.route((Long) key)).isEqualTo(shard);
        assertThat(lookups.shardFor((Long) key)).isEqualTo(lookups.shards().get(shard));
      }
    }
    assertThat(lookups.shards().stream().mapToLong(ShardEntry::rows).sum()).isEqualTo(100);
    assertThatThrownBy(() -> lookups.scan(SHARDS)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> lookups.scan(-1)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aScanByKeyIsInNumericOrderAndARangeIsHalfOpen() {
    Lookups lookups = numbers();
    assertThat(keys(lookups.scan(KeyRange.all(), ScanOrder.BY_KEY)))
        .containsExactlyElementsOf(LongStream.range(-50, 50).<Object>mapToObj(k -> k).toList());
    assertThat(keys(lookups.scan(KeyRange.all().from(-2L).to(2L), ScanOrder.BY_KEY)))
        .containsExactly(-2L, -1L, 0L, 1L);
    assertThat(keys(lookups.scan(KeyRange.all().from(-2L).to(2L))))
        .containsExactlyInAnyOrder(-2L, -1L, 0L, 1L);
    assertThatThrownBy(() -> lookups.scan(KeyRange.all().prefix("a")))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aScanOfTextIsInTheOrderOfItsBytesAndAPrefixSelects() {
    Lookups text =
        lookups(
            KeyEncoding.UTF8,
            Map.of("a", bytes("1"), "ab", bytes("2"), "\uFFFF", bytes("3"), "😀", bytes("4")));
    assertThat(keys(text.scan(KeyRange.all(), ScanOrder.BY_KEY)))
        .containsExactly("a", "ab", "\uFFFF", "😀");
    assertThat(keys(text.scan(KeyRange.all().prefix("a"), ScanOrder.BY_KEY)))
        .containsExactly("a", "ab");
  }

  @Test
  void aCursorIsOnARowOrSaysThatItIsNot() {
    Lookups lookups = lookups(KeyEncoding.I64, Map.of(1L, bytes("one")));
    RowCursor cursor = lookups.scan(KeyRange.all());
    assertThatThrownBy(cursor::key).isInstanceOf(InvalidRequestException.class);
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.value()).isEqualTo(bytes("one"));
    assertThat(cursor.shard()).isEqualTo(lookups.shardFor(1));
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.next()).isFalse();
    assertThatThrownBy(cursor::value).isInstanceOf(InvalidRequestException.class);
    cursor.close();
    cursor.close();
    assertThatThrownBy(cursor::next).isInstanceOf(ClosedException.class);
  }

  @Test
  void aCursorStaysOnItsVersion() {
    Lookups lookups = lookups(KeyEncoding.I64, Map.of(1L, bytes("old")));
    try (RowCursor cursor = lookups.scan(KeyRange.all())) {
      replace(Map.of(1L, bytes("new"), 2L, bytes("new")));
      assertThat(lookups.version()).isEqualTo(2);
      assertThat(lookups.get(1)).isEqualTo(bytes("new"));
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.value()).isEqualTo(bytes("old"));
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void theSnapshotStatesWhatItHas() {
    Lookups lookups = numbers();
    assertThat(lookups.version()).isEqualTo(1);
    assertThat(lookups.snapshot().rows()).isEqualTo(100);
    assertThat(lookups.snapshot().rowsExact()).isTrue();
    assertThat(lookups.snapshot().numShards()).isEqualTo(SHARDS);
    assertThat(lookups.snapshot().keyEncoding()).isEqualTo(KeyEncoding.I64);
  }
}
