package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ValueDecodeException;
import io.shardyfusion.key.KeyEncoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypedReaderTest {

  @TempDir Path directory;

  /** What the values hold as JSON. */
  record City(String name, long people) {}

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void decodesJsonByKeyInBatchesAndInScans() {
    try (ShardedReader reader = open(cities("v1"))) {
      TypedReader<Long, City> cities =
          TypedReader.of(reader, Long.class, ValueDecoder.json(City.class));
      assertThat(cities.get(7L)).isEqualTo(new City("v1-7", 70));
      assertThat(cities.get(700L)).isNull();
      assertThat(cities.multiGet(List.of(9L, 700L, 3L, 9L)))
          .containsExactly(
              Map.entry(9L, new City("v1-9", 90)), Map.entry(3L, new City("v1-3", 30)));
      Map<Long, City> scanned = new LinkedHashMap<>();
      cities.forEach(KeyRange.all().from(5L).to(8L), ScanOrder.BY_KEY, scanned::put);
      assertThat(scanned)
          .containsExactly(
              Map.entry(5L, new City("v1-5", 50)),
              Map.entry(6L, new City("v1-6", 60)),
              Map.entry(7L, new City("v1-7", 70)));
    }
  }

  @Test
  void looksAtAViewAsWell() {
    TestDataset dataset = cities("v1");
    try (ShardedReader reader = open(dataset);
        SnapshotView view = reader.view()) {
      ValueDecoder<JsonNode> json = ValueDecoder.json(new ObjectMapper().readerFor(JsonNode.class));
      TypedReader<Long, JsonNode> ofView = TypedReader.of(view, Long.class, json);
      TypedReader<Long, JsonNode> ofReader = TypedReader.of(reader, Long.class, json);
      publish(dataset, "v2");
      reader.refresh();
      assertThat(ofView.get(1L).get("name").textValue()).isEqualTo("v1-1");
      assertThat(ofReader.get(1L).get("name").textValue()).isEqualTo("v2-1");
      view.close();
      assertThatThrownBy(() -> ofView.get(1L)).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void aValueThatCannotBeDecodedNamesKeyShardAndVersion() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.UTF8, 3);
    dataset.publish(
        Stream.of("bad", "null", "more", "good"),
        key ->
            switch (key.toString()) {
              case "bad" -> bytes("{\"name\":");
              case "null" -> bytes("null");
              case "more" -> bytes("{} {}");
              default -> bytes("{\"name\":\"x\",\"people\":1}");
            });
    try (ShardedReader reader = open(dataset)) {
      TypedReader<String, City> cities =
          TypedReader.of(reader, String.class, ValueDecoder.json(City.class));
      assertThat(cities.get("good")).isEqualTo(new City("x", 1));
      assertThatThrownBy(() -> cities.get("bad"))
          .isInstanceOf(ValueDecodeException.class)
          .hasMessageContainingAll(
              "key bad in shard " + reader.route("bad"),
              "version 1 of " + dataset.uri(),
              "8 bytes",
              "0x7b226e616d65223a",
              "values are text")
          .hasRootCauseInstanceOf(JsonProcessingException.class);
      assertThatThrownBy(() -> cities.get("null"))
          .isInstanceOf(ValueDecodeException.class)
          .hasMessageContaining("gave null");
      assertThatThrownBy(() -> cities.multiGet(List.of("good", "more")))
          .isInstanceOf(ValueDecodeException.class)
          .hasMessageContaining("key more in shard");
      assertThatThrownBy(
              () -> cities.forEach(KeyRange.all(), ScanOrder.BY_SHARD, (key, value) -> {}))
          .isInstanceOf(ValueDecodeException.class);
    }
  }

  @Test
  void aFieldThatTheTypeDoesNotHaveIsIgnoredUnlessTheDecoderIsStrict() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 3);
    dataset.publish(
        Stream.of(1L, 2L),
        key ->
            bytes(
                key.equals(2L)
                    ? "{\"name\":\"x\",\"people\":2,\"area\":{\"km2\":3.5}}"
                    : "{\"name\":\"x\",\"people\":1}"));
    try (ShardedReader reader = open(dataset)) {
      TypedReader<Long, City> cities =
          TypedReader.of(reader, Long.class, ValueDecoder.json(City.class));
      assertThat(cities.get(2L)).isEqualTo(new City("x", 2));
      assertThat(cities.multiGet(List.of(1L, 2L))).hasSize(2);
      List<City> scanned = new ArrayList<>();
      cities.forEach(KeyRange.all(), ScanOrder.BY_KEY, (key, city) -> scanned.add(city));
      assertThat(scanned).containsExactly(new City("x", 1), new City("x", 2));

      TypedReader<Long, City> strict =
          TypedReader.of(reader, Long.class, ValueDecoder.json(City.class).strict());
      assertThat(strict.get(1L)).isEqualTo(new City("x", 1));
      assertRefused(() -> strict.get(2L), dataset);
      assertRefused(() -> strict.multiGet(List.of(1L, 2L)), dataset);
      assertRefused(() -> strict.forEach(KeyRange.all(), ScanOrder.BY_KEY, (k, v) -> {}), dataset);
      assertThat(reader.versionsOpen()).isEqualTo(1);
    }
  }

  private static void assertRefused(ThrowingCallable lookup, TestDataset dataset) {
    assertThatThrownBy(lookup)
        .isInstanceOf(ValueDecodeException.class)
        .hasMessageContainingAll(
            "key 2 in shard ", "version 1 of " + dataset.uri(), "Unrecognized field \"area\"");
  }

  @Test
  void keysOfBytesCountByTheirContent() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.RAW, 3);
    dataset.publish(Stream.of(bytes("a"), bytes("b")), key -> (byte[]) key);
    try (ShardedReader reader = open(dataset)) {
      TypedReader<byte[], String> texts = TypedReader.of(reader, byte[].class, ValueDecoder.utf8());
      Map<byte[], String> found = texts.multiGet(List.of(bytes("b"), bytes("x"), bytes("b")));
      assertThat(found).hasSize(1);
      assertThat(found.get(bytes("b"))).isEqualTo("b");
      assertThat(texts.get(bytes("a"))).isEqualTo("a");
    }
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 1);
    dataset.publish(Stream.of(1L), key -> new byte[] {(byte) 0xFF});
    try (ShardedReader reader = open(dataset)) {
      TypedReader<Long, String> texts = TypedReader.of(reader, Long.class, ValueDecoder.utf8());
      assertThatThrownBy(() -> texts.get(1L))
          .isInstanceOf(ValueDecodeException.class)
          .hasMessageContaining("0xff");
    }
  }

  @Test
  void anotherKeyClassThanTheDatasetsIsRefused() {
    try (ShardedReader reader = open(cities("v1"))) {
      assertThatThrownBy(() -> TypedReader.of(reader, String.class, ValueDecoder.utf8()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("type long", "Long.class", "java.lang.String.class");
    }
  }

  @Test
  void aScanThatItsActionEndsLeavesNothingOpen() {
    try (ShardedReader reader = open(cities("v1"))) {
      TypedReader<Long, String> texts = TypedReader.of(reader, Long.class, ValueDecoder.utf8());
      assertThatThrownBy(
              () ->
                  texts.forEach(
                      KeyRange.all(),
                      ScanOrder.BY_KEY,
                      (key, value) -> {
                        throw new ClosedException("of something else");
                      }))
          .hasMessage("of something else");
      assertThat(reader.versionsOpen()).isEqualTo(1);
    }
  }

  private TestDataset cities(String version) {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 4);
    publish(dataset, version);
    return dataset;
  }

  private static void publish(TestDataset dataset, String version) {
    dataset.publish(
        LongStream.range(0, 20).boxed(),
        key ->
            bytes("{\"name\":\"%s-%s\",\"people\":%s}".formatted(version, key, 10 * (Long) key)));
  }

  private ShardedReader open(TestDataset dataset) {
    return ShardedReader.open(dataset.options(directory.resolve("cache")));
  }
}
