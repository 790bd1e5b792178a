package io.shardyfusion.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.PrivateFile;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that are not what they should be are reported, and never taken for a missing key. */
class ShardDamageTest {

  @TempDir Path directory;

  private final NavigableMap<byte[], byte[]> rows = Shards.randomRows(5_000, 1);
  private final ReadResources resources = new ReadResources(1 << 20);
  private Path open;

  @BeforeEach
  void nameTheDirectory() {
    open = directory.resolve("open");
  }

  @AfterEach
  void closeResources() {
    resources.close();
  }

  @Test
  void aMissingTableFileIsNamed() throws Exception {
    ShardImage image = build(TableProfile.BALANCED);
    TableFile file = image.descriptor().files().get(0);
    Files.delete(image.path(file));
    damaged(() -> Shards.open(open, image, resources))
        .hasMessageContaining(image.path(file).toString())
        .hasMessageContaining("of " + file.size() + " bytes")
        .hasMessageContaining("found none");
  }

  @Test
  void aTruncatedTableFileIsNamed() throws Exception {
    ShardImage image = build(TableProfile.BALANCED);
    TableFile file = image.descriptor().files().get(0);
    try (RandomAccessFile f = new RandomAccessFile(image.path(file).toFile(), "rw")) {
      f.setLength(file.size() - 1);
    }
    damaged(() -> Shards.open(open, image, resources))
        .hasMessageContaining(image.path(file).toString())
        .hasMessageContaining("found " + (file.size() - 1) + " bytes");
  }

  @ParameterizedTest
  @EnumSource
  void aFlippedBitInADataBlockIsFoundByWhoReadsIt(TableProfile profile) throws Exception {
    ShardImage image = build(profile);
    TableFile file = image.descriptor().files().get(0);
    flip(image.path(file), 100);
    byte[] first = rows.firstKey();
    byte[] last = rows.lastKey();
    ReadTuning tuning = ReadTuning.of(profile.externalName(), 100, 1);
    try (ShardDatabase database = Shards.open(open, image, resources, tuning)) {
      damaged(() -> database.get(first)).hasMessageContaining(file.name());
      damaged(() -> database.multiGet(List.of(last, first))).hasMessageContaining(file.name());
      damaged(() -> database.multiGet(List.copyOf(rows.descendingKeySet())))
          .hasMessageContaining(file.name());
      damaged(() -> database.get(first, ByteBuffer.allocateDirect(1000)))
          .hasMessageContaining(file.name());
      damaged(database::iterate).hasMessageContaining(file.name());
      damaged(database::selfCheck).hasMessageContaining(file.name());
      assertThat(database.get(last)).isEqualTo(rows.get(last));
      try (RowIterator iterator = database.iterateFrom(last)) {
        assertThat(iterator.key()).isEqualTo(last);
      }
    }
  }

  @Test
  void aFlippedBitFurtherOnIsFoundByTheIteration() throws Exception {
    ShardImage image = build(TableProfile.BALANCED);
    TableFile file = image.descriptor().files().get(0);
    flip(image.path(file), file.size() / 2);
    try (ShardDatabase database = Shards.open(open, image, resources)) {
      damaged(() -> Shards.scan(database)).hasMessageContaining(file.name());
    }
  }

  @Test
  void aFlippedBitInTheMagicNumberIsFoundOnOpening() throws Exception {
    ShardImage image = build(TableProfile.BALANCED);
    TableFile file = image.descriptor().files().get(0);
    flip(image.path(file), file.size() - 1);
    damaged(() -> Shards.open(open, image, resources)).hasMessageContaining(file.name());
  }

  @Test
  void aTableFileOfAnotherShardIsFoundOnOpening() throws Exception {
    ShardImage image = build(TableProfile.BALANCED);
    ShardImage twin = Shards.build(directory.resolve("twin"), TableProfile.BALANCED, rows, 1 << 20);
    assertThat(twin.descriptor().bytes()).isEqualTo(image.descriptor().bytes());
    damaged(() -> ShardDatabase.open(open, image.descriptor(), twin::path, resources));
  }

  @Test
  void aBrokenManifestIsFoundOnOpening() throws Exception {
    ShardImage image = build(TableProfile.BALANCED);
    List<PrivateFile> files = new ArrayList<>();
    for (PrivateFile file : image.descriptor().privateFiles()) {
      byte[] content = file.content();
      if (file.name().startsWith("MANIFEST")) {
        content[content.length / 2] ^= 1;
      }
      files.add(new PrivateFile(file.name(), content));
    }
    ShardDescriptor broken = with(image.descriptor(), files, image.descriptor().samples());
    damaged(() -> ShardDatabase.open(open, broken, image::path, resources));
  }

  @Test
  void aSwappedValueIsFoundByTheSelfCheck() {
    NavigableMap<byte[], byte[]> otherRows = Shards.noRows();
    otherRows.putAll(rows);
    ShardImage image = build(TableProfile.BALANCED);
    List<KeySample> samples = image.descriptor().samples();
    byte[] swapped = samples.get(5).key().toBytes();
    otherRows.put(swapped, Shards.bytes(1, 2, 3));
    ShardImage other = Shards.build(directory.resolve("other"), TableProfile.BALANCED, otherRows);
    ShardDescriptor mixed = with(other.descriptor(), other.descriptor().privateFiles(), samples);
    try (ShardDatabase database = ShardDatabase.open(open, mixed, other::path, resources)) {
      damaged(database::selfCheck)
          .hasMessageContaining(samples.get(5).key().hex())
          .hasMessageContaining("hash");
    }
  }

  @Test
  void aRowThatIsNotThereIsFoundByTheSelfCheck() {
    ShardImage image = build(TableProfile.BALANCED);
    rows.remove(image.descriptor().samples().get(3).key().toBytes());
    ShardImage other = Shards.build(directory.resolve("other"), TableProfile.BALANCED, rows);
    ShardDescriptor mixed =
        with(other.descriptor(), other.descriptor().privateFiles(), image.descriptor().samples());
    try (ShardDatabase database = ShardDatabase.open(open, mixed, other::path, resources)) {
      damaged(database::selfCheck).hasMessageContaining("no value");
    }
  }

  private ShardImage build(TableProfile profile) {
    return Shards.build(directory.resolve("image"), profile, rows);
  }

  private AbstractThrowableAssert<?, ?> damaged(ThrowingCallable action) {
    return assertThatThrownBy(action)
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("shard " + Shards.SHARD)
        .hasMessageContaining(directory.toString());
  }

  private static ShardDescriptor with(
      ShardDescriptor d, List<PrivateFile> privateFiles, List<KeySample> samples) {
    return d.with().privateFiles(privateFiles).samples(samples).build();
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.seek(position);
      int old = f.read();
      f.seek(position);
      f.write(old ^ 0x10);
    }
  }
}
