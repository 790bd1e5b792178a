package io.shardyfusion.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowSorterTest {

  private static final int PAGE_BYTES = 4096;
  private static final Comparator<TestRow> EXPECTED_ORDER =
      Comparator.comparingInt(TestRow::shard)
          .thenComparing(TestRow::key, Arrays::compareUnsigned)
          .thenComparing(Comparator.comparingLong(TestRow::order).reversed());

  @TempDir private Path directory;

  @SuppressWarnings("ArrayRecordComponent")
  private record TestRow(int shard, long order, byte[] key, byte[] value) {

    @Override
    public String toString() {
      return shard + ":" + Arrays.toString(key) + "@" + order + "=" + Arrays.hashCode(value);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 4096})
  void rowsComeInOrderHoweverLittleMemoryThereIs(int pages) throws IOException {
    long seed = new Random().nextLong();
    List<TestRow> rows = randomRows(new Random(seed), 20_000);

    List<TestRow> sorted = sort(rows, pages);

    rows.sort(EXPECTED_ORDER);
    assertThat(sorted).as("seed %d", seed).hasSameSizeAs(rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(sorted.get(i)).as("row %d, seed %d", i, seed).hasToString(rows.get(i).toString());
    }
  }

  @Test
  void manyRunsAreMergedInSeveralPassesAndLeaveNoFile() throws IOException {
    long seed = new Random().nextLong();
    List<TestRow> rows = randomRows(new Random(seed), 30_000);

    assertThat(sort(rows, 1))
        .as("seed %d", seed)
        .hasSameSizeAs(rows)
        .isSortedAccordingTo(EXPECTED_ORDER);

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aRowLargerThanAPageSpansPages() throws IOException {
    byte[] large = new byte[5 * PAGE_BYTES + 17];
    new Random(1).nextBytes(large);
    List<TestRow> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rows.add(
          new TestRow(
              0, i, new byte[] {(byte) (50 - i)}, i % 3 == 0 ? large : new byte[] {(byte) i}));
    }

    List<TestRow> sorted = sort(rows, 8);

    rows.sort(EXPECTED_ORDER);
    assertThat(sorted.toString()).isEqualTo(rows.toString());
  }

  @Test
  void aRowLargerThanTheMemoryIsRefused() {
    try (RowSorter sorter = new RowSorter(pages(2), 0, 1, directory)) {
      assertThatThrownBy(() -> sorter.add(0, 0, new byte[8], new byte[2 * PAGE_BYTES]))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("a row of 8216 bytes does not fit the sort memory of 8192 bytes");
    }
  }

  @Test
  void aSpilledRowWhoseSizesAreDamagedIsToldWithItsFile() throws IOException {
    try (RowSorter sorter = new RowSorter(pages(2), 0, 1, directory)) {
      for (int i = 0; i < 1_000; i++) {
        sorter.add(0, i, new byte[] {(byte) i}, new byte[50]);
      }
      Path file = directory.resolve("run-0");
      byte[] rows = Files.readAllBytes(file);
      Arrays.fill(rows, 12, 16, (byte) 0xC0); // the key's size, after shard and order
      Files.write(file, rows);

      assertThatThrownBy(() -> sorter.finish().next())
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll(
              file.toString(), "a key of at least 0 bytes", "found -1061109568");
    }
  }

  @Test
  void noRowsGiveNothing() throws IOException {
    assertThat(sort(List.of(), 2)).isEmpty();
  }

  private List<TestRow> sort(List<TestRow> rows, int pages) throws IOException {
    List<TestRow> sorted = new ArrayList<>();
    try (RowSorter sorter = new RowSorter(pages(pages), 3, 5, directory)) {
      for (TestRow row : rows) {
        sorter.add(3 + row.shard(), row.order(), row.key(), row.value());
      }
      SortedRows cursor = sorter.finish();
      while (cursor.next()) {
        RowView view = cursor.row();
        sorted.add(
            new TestRow(
                cursor.shard() - 3,
                view.order(),
                bytes(view.key()),
                view.isDelete() ? null : bytes(view.value())));
      }
    }
    return sorted;
  }

  private static List<TestRow> randomRows(Random random, int count) {
    List<TestRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[random.nextInt(12)];
      for (int k = 0; k < key.length; k++) {
        key[k] = (byte) (random.nextInt(10) == 0 ? random.nextInt(256) : 0x7F + random.nextInt(3));
      }
      byte[] value = random.nextInt(8) == 0 ? null : new byte[random.nextInt(40)];
      if (value != null) {
        random.nextBytes(value);
      }
      rows.add(new TestRow(random.nextInt(5), i, key, value));
    }
    return rows;
  }

  private static List<ByteBuffer> pages(int count) {
    return Stream.generate(() -> ByteBuffer.allocateDirect(PAGE_BYTES)).limit(count).toList();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
