package io.shardyfusion.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.TableProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ShardPropertyTest {

  @Property(tries = 60)
  void aShardIsItsRowsInUnsignedOrder(
      @ForAll("someRows") NavigableMap<byte[], byte[]> rows,
      @ForAll TableProfile profile,
      @ForAll("keys") byte[] other)
      throws IOException {
    Path directory = Files.createTempDirectory("shard");
    try (ReadResources resources = new ReadResources(1 << 20)) {
      ShardImage image = Shards.build(directory.resolve("image"), profile, rows, 1_000);
      try (ShardDatabase database = Shards.open(directory.resolve("open"), image, resources)) {
        database.selfCheck();
        Shards.assertSameRows(Shards.scan(database), rows);
        assertThat(database.get(other)).isEqualTo(rows.get(other));
        List<byte[]> keys =
            Stream.concat(Stream.of(other), rows.descendingKeySet().stream()).toList();
        assertThat(database.multiGet(keys))
            .containsExactlyElementsOf(keys.stream().map(rows::get).toList());
        assertThat(image.descriptor().rows()).isEqualTo(rows.size());
        assertThat(image.descriptor().samples().stream().map(KeySample::key))
            .doesNotHaveDuplicates();
      }
    } finally {
      delete(directory);
    }
  }

  @Provide
  Arbitrary<NavigableMap<byte[], byte[]>> someRows() {
    Arbitrary<byte[]> values = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    return Arbitraries.maps(keys().map(ShardPropertyTest::boxed), values)
        .ofMaxSize(200)
        .map(
            unordered -> {
              NavigableMap<byte[], byte[]> rows = Shards.noRows();
              unordered.forEach((key, value) -> rows.put(unboxed(key), value));
              return rows;
            });
  }

  /** Bytes around the sign, so that a signed order would show. */
  @Provide
  Arbitrary<byte[]> keys() {
    return Arbitraries.bytes()
        .edgeCases(config -> config.add((byte) 0x7F, (byte) 0x80, (byte) 0xFF, (byte) 0))
        .array(byte[].class)
        .ofMaxSize(6);
  }

  private static List<Byte> boxed(byte[] bytes) {
    Byte[] boxed = new Byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      boxed[i] = bytes[i];
    }
    return List.of(boxed);
  }

  private static byte[] unboxed(List<Byte> bytes) {
    byte[] unboxed = new byte[bytes.size()];
    for (int i = 0; i < unboxed.length; i++) {
      unboxed[i] = bytes.get(i);
    }
    return unboxed;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
