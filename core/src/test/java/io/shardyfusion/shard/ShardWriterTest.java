package io.shardyfusion.shard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardWriterTest {

  @TempDir Path directory;

  private final WriteResources write = new WriteResources(8 << 20, 1, 1);
  private final ReadResources read = new ReadResources(1 << 20);
  private int images;

  @AfterEach
  void close() {
    write.close();
    read.close();
  }

  @Test
  void anEmptyShardHasNoFilesAndExactlyNoRows() {
    try (ShardWriter writer = create("db")) {
      assertThat(writer.changed()).isFalse();
      ShardDescriptor descriptor = checkpoint(writer).descriptor();

      assertThat(descriptor.files()).isEmpty();
      assertThat(descriptor.rows()).isZero();
      assertThat(descriptor.rowsExact()).isTrue();
      assertThat(descriptor.minKey()).isNull();
      assertThat(descriptor.maxKey()).isNull();
      assertThat(descriptor.samples()).isEmpty();
    }
  }

  @Test
  void anEmptyImageIsGoneOnFrom() {
    try (ShardWriter writer = create("db")) {
      ShardImage image = checkpoint(writer);
      try (ShardWriter reopened = open("again", image)) {
        reopened.put(key(1), value(1));
        assertRows(checkpoint(reopened), 1);
      }
    }
  }

  @Test
  void aShardWhoseRowsWereAllDeletedHoldsNoneAndGoesOn() {
    try (ShardWriter writer = create("db")) {
      for (int i = 0; i < 1000; i++) {
        writer.put(key(i), value(i));
      }
      checkpoint(writer);
      for (int i = 0; i < 1000; i++) {
        writer.delete(key(i));
      }
      ShardImage empty = checkpoint(writer);
      assertThat(empty.descriptor().minKey()).isNull();
      assertThat(empty.descriptor().maxKey()).isNull();
      assertThat(empty.descriptor().samples()).isEmpty();
      assertThat(empty.descriptor().rows()).isZero();
      assertThat(empty.descriptor().rowsExact()).isTrue();
      assertThat(rows(empty)).isEmpty();

      writer.put(key(5), value(6));
      ShardImage image = checkpoint(writer);
      assertRows(image, 1);
      assertThat(image.descriptor().rows()).isPositive();
      assertThat(image.descriptor().rowsExact()).isFalse();
      assertThat(image.descriptor().minKey()).isEqualTo(HexBytes.of(key(5)));
    }
  }

  @Test
  void deletesThatNothingWasThereForLeaveNothing() {
    try (ShardWriter writer = create("db")) {
      writer.delete(key(1));
      assertThat(writer.changed()).isTrue();

      assertThat(rows(checkpoint(writer))).isEmpty();
    }
  }

  /** Neither the ends nor the samples show a row that is live. */
  @Test
  void oneRowBetweenManyDeletedOnesIsARowAndNoneIsNone() {
    int deletedAtEachEnd = 12_000;
    int all = 2 * deletedAtEachEnd + 1;
    try (ShardWriter writer = create("db")) {
      for (int i = 0; i < all; i++) {
        writer.put(key(i), new byte[1]);
      }
      checkpoint(writer);
      for (int i = 0; i < all; i++) {
        if (i != deletedAtEachEnd) {
          writer.delete(key(i));
        }
      }
      ShardDescriptor one = checkpoint(writer).descriptor();
      assertThat(one.rows()).isPositive();
      assertThat(one.rowsExact()).isFalse();

      writer.delete(key(deletedAtEachEnd));
      ShardDescriptor none = checkpoint(writer).descriptor();
      assertThat(none.rows()).isZero();
      assertThat(none.rowsExact()).isTrue();
    }
  }

  @Test
  void theBoundsAreRightOrUnknownBehindManyDeletedRows() {
    int deletedAtEachEnd = 12_000;
    int live = 10;
    try (ShardWriter writer = create("db")) {
      int all = 2 * deletedAtEachEnd + live;
      for (int i = 0; i < all; i++) {
        writer.put(key(i), new byte[1]);
      }
      checkpoint(writer);
      for (int i = 0; i < all; i++) {
        if (i < deletedAtEachEnd || i >= deletedAtEachEnd + live) {
          writer.delete(key(i));
        }
      }
      ShardImage image = checkpoint(writer);

      assertThat(image.descriptor().minKey()).isIn(null, HexBytes.of(key(deletedAtEachEnd)));
      assertThat(image.descriptor().maxKey())
          .isIn(null, HexBytes.of(key(deletedAtEachEnd + live - 1)));
      assertRows(image, live);
    }
  }

  @Test
  void onlyNewFilesAreNewBetweenCheckpoints() {
    try (ShardWriter writer = create("db")) {
      fill(writer, 0, 20_000);
      ShardImage first = checkpoint(writer);
      fill(writer, 0, 10);
      ShardImage second = checkpoint(writer);

      List<TableFile> added = new ArrayList<>(second.descriptor().files());
      added.removeAll(first.descriptor().files());
      assertThat(second.descriptor().files()).containsAll(first.descriptor().files());
      assertThat(added).hasSize(1);
      assertThat(added.get(0).size()).isLessThan(first.descriptor().bytes() / 10);
      assertThat(second.path(added.get(0))).isRegularFile();
    }
  }

  /** A file that was altered under its name would otherwise be digested again, and be new. */
  @Test
  void aFileThatIsDescribedIsNotReadAgainNotEvenAfterARestart() throws IOException {
    try (ShardWriter writer = create("db")) {
      fill(writer, 0, 1000);
      ShardImage first = checkpoint(writer);
      try (ShardWriter reopened = open("again", first)) {
        reopened.put(key(1), value(2));
        Path file = directory.resolve("again").resolve(first.descriptor().files().get(0).name());
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        ShardDescriptor second = checkpoint(reopened).descriptor();

        assertThat(second.files()).containsAll(first.descriptor().files());
      }
    }
  }

  @Test
  void updatesOfOnePercentKeepTheFilesFewAndTheUploadsSmall() {
    int rows = 20_000;
    long seed = 7;
    Random random = new Random(seed);
    Set<TableFile> uploaded = new HashSet<>();
    long newBytes = 0;
    long bytes = 0;
    int most = 0;
    ShardImage last;
    try (ShardWriter writer = create("db")) {
      fill(writer, 0, rows);
      uploaded.addAll(checkpoint(writer).descriptor().files());
      int checkpoints = 100;
      for (int i = 0; i < checkpoints; i++) {
        for (int j = 0; j < rows / 100; j++) {
          int id = random.nextInt(rows);
          writer.put(key(id), value(id + i));
        }
        last = checkpoint(writer);
        most = Math.max(most, last.descriptor().files().size());
        bytes = last.descriptor().bytes();
        for (TableFile file : last.descriptor().files()) {
          newBytes += uploaded.add(file) ? file.size() : 0;
        }
        delete(last.directory());
      }
      assertThat(most).as("seed %d", seed).isLessThanOrEqualTo(12);
      // 100 times 1 % is the whole once; the file's own index and filter weigh on small files.
      assertThat(newBytes).as("seed %d", seed).isLessThan(bytes * 8);
    }
  }

  @Test
  void aBulkBuiltImageIsGoneOnFrom() {
    NavigableMap<byte[], byte[]> rows = Shards.randomRows(5_000, 3);
    for (TableProfile profile : TableProfile.values()) {
      ShardImage built = Shards.build(directory.resolve("built-" + profile), profile, rows, 50_000);
      try (ShardWriter writer =
          ShardWriter.open(
              built.descriptor(),
              profile,
              directory.resolve("db-" + profile),
              built::path,
              write)) {
        NavigableMap<byte[], byte[]> expected = Shards.noRows();
        expected.putAll(rows);
        for (int round = 0; round < 15; round++) {
          byte[] gone = expected.firstKey();
          writer.delete(gone);
          expected.remove(gone);
          writer.put(expected.lastKey(), value(round));
          expected.put(expected.lastKey(), value(round));
          writer.put(key(round), value(round));
          expected.put(key(round), value(round));
          ShardImage image = checkpoint(writer);
          Shards.assertSameRows(rows(image), expected);
          assertThat(image.descriptor().minKey()).isEqualTo(HexBytes.of(expected.firstKey()));
        }
      }
    }
  }

  @Test
  void anEmptyBulkBuiltImageIsGoneOnFrom() {
    ShardImage built =
        Shards.build(directory.resolve("built"), TableProfile.BALANCED, Shards.noRows());
    try (ShardWriter writer = open("db", built)) {
      writer.put(key(1), value(1));
      assertRows(checkpoint(writer), 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysAndValuesMayBeEmptyOrAsLongAsTheirLimits(TableProfile profile) {
    byte[] longest = new byte[KeyEncoding.MAX_KEY_BYTES];
    longest[longest.length - 1] = 1;
    byte[] large = new byte[Limits.MAX_VALUE_BYTES];
    new Random(1).nextBytes(large);
    try (ShardWriter writer =
        ShardWriter.create(Shards.SHARD, profile, directory.resolve("db"), write)) {
      writer.put(new byte[0], new byte[0]);
      writer.put(longest, value(1));
      if (profile == TableProfile.LATENCY) {
        writer.put(key(1), large);
      }
      ShardImage image = checkpoint(writer);
      NavigableMap<byte[], byte[]> rows = rows(image);

      assertThat(rows.get(new byte[0])).isEmpty();
      assertThat(rows.get(longest)).isEqualTo(value(1));
      if (profile == TableProfile.LATENCY) {
        assertThat(rows.get(key(1)).length).isEqualTo(large.length);
        assertThat(Arrays.equals(rows.get(key(1)), large)).isTrue();
      }
    }
  }

  @Test
  void whatIsOverTheLimitsIsRefusedWithTheKeyAndTheLimit() {
    try (ShardWriter writer = create("db")) {
      byte[] tooLong = new byte[KeyEncoding.MAX_KEY_BYTES + 1];
      assertThatThrownBy(() -> writer.put(tooLong, value(1)))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("shard 7", "65537", "65536");
      assertThatThrownBy(() -> writer.delete(tooLong))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("shard 7", "65537", "65536");
      assertThatThrownBy(() -> writer.put(new byte[] {17}, new byte[Limits.MAX_VALUE_BYTES + 1]))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("the key 11", "67108865", "67108864");
      assertThat(writer.changed()).isFalse();
    }
  }

  /** The MANIFEST names the ends of every file, and must stay within the format's bound. */
  @Test
  void longKeysDoNotMakeTheDescriptorTooLarge() {
    try (ShardWriter writer = create("db")) {
      ShardImage last = null;
      for (int i = 0; i < 60; i++) {
        for (byte end : new byte[] {0, 127, -1}) {
          byte[] key = new byte[KeyEncoding.MAX_KEY_BYTES];
          key[0] = end;
          key[key.length - 1] = (byte) i;
          writer.put(key, value(i));
        }
        if (last != null) {
          delete(last.directory());
        }
        last = checkpoint(writer);
        assertThat(ShardDescriptorParser.toJson(last.descriptor()).length)
            .isLessThan(Limits.MAX_DESCRIPTOR_BYTES);
      }
      assertThat(rows(last)).hasSize(180);
    }
  }

  @Test
  void whatNoCheckpointHoldsIsLostWithTheProcess() {
    try (ShardWriter writer = create("db")) {
      writer.put(key(1), value(1));
      ShardImage image = checkpoint(writer);
      writer.put(key(2), value(2));
      writer.close();
      writer.close();

      assertRows(image, 1);
      assertThatThrownBy(() -> writer.put(key(3), value(3)))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("shard 7");
      assertThatThrownBy(() -> writer.checkpoint(directory.resolve("closed")))
          .isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void aMissingOrShortFileIsDamageThatNamesItAndLeavesNothingOpen() throws IOException {
    ShardImage image;
    try (ShardWriter writer = create("db")) {
      fill(writer, 0, 100);
      image = checkpoint(writer);
    }
    TableFile file = image.descriptor().files().get(0);
    byte[] content = Files.readAllBytes(image.path(file));

    Files.write(image.path(file), Arrays.copyOf(content, content.length - 1));
    assertThatThrownBy(() -> open("short", image))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContainingAll("shard 7", file.name(), content.length + " bytes");
    Files.delete(image.path(file));
    assertThatThrownBy(() -> open("missing", image))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContainingAll("shard 7", file.name(), "found none");
    Files.write(image.path(file), new byte[content.length]);
    assertThatThrownBy(() -> open("zeroes", image).checkpoint(directory.resolve("never")))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("shard 7");
    assertThat(filesInUse()).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void writersLeaveNoFileOpen() throws IOException {
    for (int i = 0; i < 5; i++) {
      ShardImage image;
      try (ShardWriter writer = create("db-" + i)) {
        fill(writer, 0, 500);
        image = checkpoint(writer);
        assertThat(filesInUse()).isNotEmpty();
      }
      try (ShardWriter writer = open("again-" + i, image)) {
        fill(writer, 500, 1000);
        checkpoint(writer);
      }
      assertThat(filesInUse()).isEmpty();
    }
  }

  @Test
  void databasesShareOneBudget() {
    long budget = 4 << 20;
    try (WriteResources shared = new WriteResources(budget, 8, 1)) {
      List<ShardWriter> writers = new ArrayList<>();
      try {
        for (int i = 0; i < 8; i++) {
          writers.add(
              ShardWriter.create(i, TableProfile.LATENCY, directory.resolve("db-" + i), shared));
        }
        byte[] value = new byte[1000];
        long most = 0;
        for (int i = 0; i < 32_000; i++) {
          writers.get(i % 8).put(key(i), value);
          most = Math.max(most, i % 100 == 0 ? shared.usageBytes() : 0);
        }
        // RocksDB stops a database that has two full buffers; what they add up to is the budget,
        // and some arena blocks, and the blocks of tables come on top.
        assertThat(most).isPositive().isLessThan(2 * budget);
      } finally {
        writers.forEach(ShardWriter::close);
      }
    }
  }

  private List<String> filesInUse() throws IOException {
    if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
      return List.of();
    }
    List<String> inUse = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          inUse.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException closedMeanwhile) {
          assertThat(descriptor).doesNotExist();
        }
      }
    }
    return inUse.stream().filter(f -> f.contains(directory.toString())).toList();
  }

  private ShardWriter create(String name) {
    return ShardWriter.create(Shards.SHARD, TableProfile.BALANCED, directory.resolve(name), write);
  }

  private ShardWriter open(String name, ShardImage image) {
    return ShardWriter.open(
        image.descriptor(), TableProfile.BALANCED, directory.resolve(name), image::path, write);
  }

  private ShardImage checkpoint(ShardWriter writer) {
    return writer.checkpoint(directory.resolve("image-" + images++));
  }

  private void assertRows(ShardImage image, int expected) {
    assertThat(rows(image)).hasSize(expected);
  }

  private NavigableMap<byte[], byte[]> rows(ShardImage image) {
    try (ShardDatabase database = Shards.open(directory.resolve("read-" + images++), image, read)) {
      database.selfCheck();
      return Shards.scan(database);
    }
  }

  private static void fill(ShardWriter writer, int from, int to) {
    for (int i = from; i < to; i++) {
      writer.put(key(i), value(i));
    }
  }

  private static byte[] key(int i) {
    return ByteBuffer.allocate(8).putLong(i).array();
  }

  private static byte[] value(int i) {
    return ("value of " + i + " ").repeat(5).getBytes(UTF_8);
  }

  private static void delete(Path image) {
    try (Stream<Path> files = Files.list(image)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(image);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
