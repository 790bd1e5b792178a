package io.shardyfusion.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.rocksdb.DatabaseFiles;
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
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is done to a shard, it holds what a map would hold. */
class ShardWriterPropertyTest {

  /** One thing to do. */
  private sealed interface Step {}

  private record Put(byte[] key, byte[] value) implements Step {}

  private record Delete(byte[] key) implements Step {}

  /** Describes the database, reads the image, and compares. */
  private record Checkpoint() implements Step {}

  /** Goes on from the last checkpoint, as after a restart: what came after it is gone. */
  private record Restart() implements Step {}

  @Property(tries = 60)
  void everyCheckpointHoldsWhatWasWrittenUpToIt(
      @ForAll("steps") List<Step> steps, @ForAll TableProfile profile) throws IOException {
    Path directory = Files.createTempDirectory("writer");
    NavigableMap<byte[], byte[]> rows = Shards.noRows();
    NavigableMap<byte[], byte[]> checkpointed = Shards.noRows();
    ShardImage last = null;
    int images = 0;
    try (ReadResources read = new ReadResources(1 << 20);
        WriteResources write = new WriteResources(1 << 20, 1, 1)) {
      ShardWriter writer =
          ShardWriter.create(Shards.SHARD, profile, directory.resolve("db-0"), write);
      try {
        for (Step step : steps) {
          if (step instanceof Put put) {
            writer.put(put.key, put.value);
            rows.put(put.key, put.value);
            assertThat(writer.changed()).isTrue();
          } else if (step instanceof Delete delete) {
            writer.delete(delete.key);
            rows.remove(delete.key);
            assertThat(writer.changed()).isTrue();
          } else if (step instanceof Checkpoint) {
            last = writer.checkpoint(directory.resolve("image-" + ++images));
            assertThat(writer.changed()).isFalse();
            checkpointed = Shards.noRows();
            checkpointed.putAll(rows);
            check(last, checkpointed, directory.resolve("read-" + images), read);
          } else if (last != null) {
            writer.close();
            writer =
                ShardWriter.open(
                    last.descriptor(),
                    profile,
                    directory.resolve("db-" + ++images),
                    last::path,
                    write);
            assertThat(writer.changed()).isFalse();
            rows = Shards.noRows();
            rows.putAll(checkpointed);
          }
        }
      } finally {
        writer.close();
      }
    } finally {
      delete(directory);
    }
  }

  private static void check(
      ShardImage image, NavigableMap<byte[], byte[]> rows, Path directory, ReadResources resources)
      throws IOException {
    ShardDescriptor descriptor = image.descriptor();
    assertThat(ShardDescriptorParser.fromJson("it", ShardDescriptorParser.toJson(descriptor)))
        .isEqualTo(descriptor);
    for (var file : descriptor.files()) {
      assertThat(DatabaseFiles.describe(image.directory(), file.name())).isEqualTo(file);
    }
    assertThat(descriptor.minKey()).isEqualTo(rows.isEmpty() ? null : hex(rows.firstKey()));
    assertThat(descriptor.maxKey()).isEqualTo(rows.isEmpty() ? null : hex(rows.lastKey()));
    // An estimate, but whether there is any row is certain.
    assertThat(descriptor.rowsExact()).isEqualTo(rows.isEmpty());
    assertThat(descriptor.rows() == 0).isEqualTo(rows.isEmpty());
    try (ShardDatabase database = Shards.open(directory, image, resources)) {
      database.selfCheck();
      Shards.assertSameRows(Shards.scan(database), rows);
    }
  }

  private static HexBytes hex(byte[] key) {
    return HexBytes.of(key);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<byte[]> keys =
        Arbitraries.bytes()
            .edgeCases(config -> config.add((byte) 0x7F, (byte) 0x80, (byte) 0xFF, (byte) 0))
            .array(byte[].class)
            .ofMaxSize(2);
    Arbitrary<byte[]> values = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(12, Combinators.combine(keys, values).as(Put::new)),
            net.jqwik.api.Tuple.of(5, keys.map(Delete::new)),
            net.jqwik.api.Tuple.of(2, Arbitraries.create(Checkpoint::new)),
            net.jqwik.api.Tuple.of(1, Arbitraries.create(Restart::new)))
        .map(step -> (Step) step)
        .list()
        .ofMaxSize(120);
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
