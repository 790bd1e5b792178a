package io.shardyfusion.shard;

import static io.shardyfusion.shard.Shards.bytes;
import static io.shardyfusion.shard.Shards.direct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.TableEngine;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardBuilderTest {

  private static final ByteBuffer VALUE = direct(bytes(1));

  @TempDir Path parent;

  @ParameterizedTest
  @CsvSource({"02, 01", "01, 01", "80, 7f", "ff, 00", "0100, 01", "01ff, 01fe", "01, ''"})
  void keysThatDoNotAscendAreRefusedByName(String first, String second) {
    try (ShardBuilder builder = builder()) {
      builder.add(key(first), VALUE);
      assertThatThrownBy(() -> builder.add(key(second), VALUE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("shard 3")
          .hasMessageContaining("found " + second + " after " + first);
    }
  }

  @Test
  void keysAscendAcrossFilesToo() {
    try (ShardBuilder builder = new ShardBuilder(3, TableProfile.BALANCED, directory(), 8)) {
      ByteBuffer value = direct(new byte[10_000]);
      builder.add(key("05"), value);
      builder.add(key("06"), value);
      assertThatThrownBy(() -> builder.add(key("05"), value))
          .isInstanceOf(IllegalArgumentException.class);
      builder.add(key("07"), value);
      assertThat(builder.finish().descriptor().rows()).isEqualTo(3);
    }
  }

  @Test
  void addReadsFromPositionToLimitAndLeavesBoth() {
    ByteBuffer key = direct(bytes(9, 1, 2, 9)).position(1).limit(3);
    ByteBuffer value = direct(bytes(9, 9, 3)).position(2);
    try (ShardBuilder builder = builder();
        ReadResources resources = new ReadResources(0)) {
      builder.add(key, value);
      assertThat(key).isEqualTo(direct(bytes(1, 2)));
      assertThat(value).isEqualTo(direct(bytes(3)));
      key.put(2, (byte) 3);
      builder.add(key, value);
      try (ShardDatabase database =
          Shards.open(parent.resolve("open"), builder.finish(), resources)) {
        assertThat(Shards.scan(database).keySet()).containsExactly(bytes(1, 2), bytes(1, 3));
        assertThat(database.get(bytes(1, 2))).isEqualTo(bytes(3));
      }
    }
  }

  @Test
  void buffersOnTheHeapAreRefused() {
    try (ShardBuilder builder = builder()) {
      assertThatThrownBy(() -> builder.add(ByteBuffer.allocate(1), VALUE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("direct");
      assertThatThrownBy(() -> builder.add(key("01"), ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void keysAndValuesOverTheLimitAreRefusedByName() {
    ByteBuffer longKey = ByteBuffer.allocateDirect(KeyEncoding.MAX_KEY_BYTES + 1);
    ByteBuffer longValue = ByteBuffer.allocateDirect(Limits.MAX_VALUE_BYTES + 1);
    try (ShardBuilder builder = builder()) {
      assertThatThrownBy(() -> builder.add(longKey, VALUE))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("65537")
          .hasMessageContaining("65536");
      assertThatThrownBy(() -> builder.add(key("abcd"), longValue))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("abcd")
          .hasMessageContaining("67108865")
          .hasMessageContaining("67108864");
      builder.add(key("abcd"), longValue.limit(Limits.MAX_VALUE_BYTES));
      assertThat(builder.finish().descriptor().rows()).isEqualTo(1);
    }
  }

  @Test
  void theDirectoryMustBeNew() throws Exception {
    Files.createDirectory(directory());
    assertThatThrownBy(this::builder)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(directory().toString())
        .hasMessageContaining("exists already");
  }

  @Test
  void aFailedWriteIsAStorageExceptionThatNamesTheFile() throws Exception {
    try (ShardBuilder builder = builder()) {
      Files.delete(directory().resolve("staging"));
      assertThatThrownBy(() -> builder.add(key("01"), VALUE))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("shard 3")
          .hasMessageContaining(directory().resolve("staging").resolve("0.sst").toString());
      assertThatThrownBy(() -> builder.add(key("02"), VALUE))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("failed");
      assertThatThrownBy(builder::finish).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void nothingCanBeAddedAfterFinish() {
    try (ShardBuilder builder = builder()) {
      builder.finish();
      assertThatThrownBy(() -> builder.add(key("01"), VALUE))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("finished");
      assertThatThrownBy(builder::finish).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void closingIsSafeInEveryState() {
    ShardBuilder unused = new ShardBuilder(1, TableProfile.BALANCED, parent.resolve("unused"));
    ShardBuilder inside = new ShardBuilder(1, TableProfile.COMPACT, parent.resolve("inside"));
    inside.add(key("01"), VALUE);
    ShardBuilder finished = new ShardBuilder(1, TableProfile.LATENCY, parent.resolve("finished"));
    finished.add(key("01"), VALUE);
    finished.finish();
    for (ShardBuilder builder : new ShardBuilder[] {unused, inside, finished}) {
      assertThatCode(builder::close).doesNotThrowAnyException();
      assertThatCode(builder::close).doesNotThrowAnyException();
      assertThatThrownBy(() -> builder.add(key("02"), VALUE)).isInstanceOf(ClosedException.class);
      assertThatThrownBy(builder::finish).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void theEngineIsTheLoadedRocksDb() {
    TableEngine engine = ShardBuilder.engine(TableProfile.COMPACT);
    assertThat(engine.name()).isEqualTo("rocksdb");
    assertThat(engine.version()).matches("1[1-9]\\.[0-9]+\\.[0-9]+");
    assertThat(engine.profile()).isEqualTo("compact");
  }

  private Path directory() {
    return parent.resolve("shard");
  }

  private ShardBuilder builder() {
    return new ShardBuilder(3, TableProfile.BALANCED, directory());
  }

  private static ByteBuffer key(String hex) {
    return direct(HexFormat.of().parseHex(hex));
  }
}
