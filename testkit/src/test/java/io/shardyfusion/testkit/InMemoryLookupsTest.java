package io.shardyfusion.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.ValueDecodeException;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.Lookups;
import io.shardyfusion.reader.ScanOrder;
import io.shardyfusion.reader.TypedReader;
import io.shardyfusion.reader.ValueDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The fake keeps the promises of lookups, and fails when it is told to. */
final class InMemoryLookupsTest extends LookupsContract {

  private InMemoryLookups fake;

  @Override
  Lookups lookups(KeyEncoding encoding, Map<?, byte[]> rows) {
    fake = InMemoryLookups.of(encoding, SHARDS, rows);
    return fake;
  }

  @Override
  void replace(Map<?, byte[]> rows) {
    fake.replace(rows);
  }

  @Test
  void itFailsWithTheErrorThatItIsGivenUntilItRecovers() {
    InMemoryLookups cities = InMemoryLookups.of(Map.of(1L, new byte[] {1}));
    cities.fail(new StorageException("the store is down"));
    assertThatThrownBy(() -> cities.get(1)).hasMessage("the store is down");
    assertThatThrownBy(() -> cities.getAsync(1).join()).hasCauseInstanceOf(StorageException.class);
    assertThat(cities.version()).as("what needs no store").isEqualTo(1);
    cities.recover();
    assertThat(cities.get(1)).containsExactly(1);
  }

  @Test
  void theFirstKeySaysOfWhichTypeAllAre() {
    assertThat(InMemoryLookups.of(Map.of("a", new byte[1])).get("a")).hasSize(1);
    assertThat(InMemoryLookups.of(Map.of()).get(1)).isNull();
    Map<Object, byte[]> mixed = new HashMap<>(Map.of("a", new byte[1], 1L, new byte[1]));
    assertThatThrownBy(() -> InMemoryLookups.of(mixed)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void typedReadersWorkOnItAsOnAReader() {
    InMemoryLookups fake = InMemoryLookups.of(Map.of(1L, "one".getBytes(UTF_8)));
    TypedReader<Long, String> names = TypedReader.of(fake, Long.class, ValueDecoder.utf8());
    assertThat(names.get(1L)).isEqualTo("one");
    assertThat(names.get(2L)).isNull();
    assertThat(names.multiGet(List.of(2L, 1L))).isEqualTo(Map.of(1L, "one"));
    Map<Long, String> scanned = new HashMap<>();
    names.forEach(KeyRange.all(), ScanOrder.BY_KEY, scanned::put);
    assertThat(scanned).isEqualTo(Map.of(1L, "one"));
    fake.replace(Map.of(1L, new byte[] {-1}));
    assertThatThrownBy(() -> names.get(1L))
        .isInstanceOf(ValueDecodeException.class)
        .hasMessageContaining("of version 2 cannot be decoded");
  }
}
