package io.shardyfusion.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** Every encoding against the golden values, and the properties that hold for all keys. */
class KeyEncodingTest {

  private static final Map<String, String> MESSAGES =
      Map.of(
          "out_of_range", "is out of the range of the key encoding",
          "wrong_type", "does not fit the key encoding",
          "no_utf8_form", "holds an unpaired surrogate",
          "not_a_key", "are no key of the encoding");

  @Example
  void everyGoldenKeyIsStoredAndReadBackAsStated() throws IOException {
    List<JsonNode> vectors = goldenVectors();
    for (JsonNode vector : vectors) {
      KeyEncoding encoding = KeyEncoding.of(vector.get("encoding").textValue());
      if (vector.has("error")) {
        assertThatThrownBy(() -> tried(encoding, vector))
            .isInstanceOf(InvalidRequestException.class)
            .hasMessageContaining(MESSAGES.get(vector.get("error").textValue()));
        continue;
      }
      byte[] stored = HexFormat.of().parseHex(vector.get("stored").textValue());
      assertThat(encoding.type().externalName()).isEqualTo(vector.get("type").textValue());
      assertThat(stored(encoding, vector)).as("%s", vector).isEqualTo(stored);
      assertThat(encoding.decode(stored)).as("%s", vector).isEqualTo(Key.ofObject(key(vector)));
    }
    assertThat(vectors).hasSizeGreaterThan(100);
    assertThat(vectors.stream().map(v -> v.get("encoding").textValue()))
        .contains("i64", "u64be", "u32be", "utf8", "raw");
  }

  @Property
  void i64KeepsNumericOrder(@ForAll long a, @ForAll long b) {
    assertSameOrder(KeyEncoding.I64, a, b);
  }

  @Property
  void u64beKeepsNumericOrder(
      @ForAll @LongRange(min = 0) long a, @ForAll @LongRange(min = 0) long b) {
    assertSameOrder(KeyEncoding.U64BE, a, b);
  }

  @Property
  void u32beKeepsNumericOrder(
      @ForAll @LongRange(min = 0, max = 0xFFFF_FFFFL) long a,
      @ForAll @LongRange(min = 0, max = 0xFFFF_FFFFL) long b) {
    assertSameOrder(KeyEncoding.U32BE, a, b);
  }

  @Property
  void textReadsBackOrHasNoUtf8Form(@ForAll @StringLength(max = 50) String key) {
    boolean unpaired = key.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    if (unpaired) {
      assertThatThrownBy(() -> KeyEncoding.UTF8.encode(key))
          .isInstanceOf(InvalidRequestException.class);
    } else {
      assertThat(KeyEncoding.UTF8.decode(KeyEncoding.UTF8.encode(key))).isEqualTo(Key.of(key));
    }
  }

  @Property
  void anyStoredBytesDecodeToAKeyThatIsStoredSoOrAreRefused(
      @ForAll KeyEncoding encoding, @ForAll @Size(max = 10) byte[] stored) {
    Key key;
    try {
      key = encoding.decode(stored);
    } catch (InvalidRequestException refused) {
      return;
    }
    assertThat(encoded(encoding, key.value())).isEqualTo(stored);
    assertThat(key.stored(encoding)).isEqualTo(stored);
  }

  @Example
  void aKeyLongerThanTheLimitIsRefused() {
    byte[] longest = new byte[KeyEncoding.MAX_KEY_BYTES];
    assertThat(KeyEncoding.RAW.encode(longest)).hasSize(KeyEncoding.MAX_KEY_BYTES);
    assertThat(KeyEncoding.UTF8.encode("x".repeat(KeyEncoding.MAX_KEY_BYTES)))
        .hasSize(KeyEncoding.MAX_KEY_BYTES);

    assertThatThrownBy(() -> KeyEncoding.RAW.encode(new byte[KeyEncoding.MAX_KEY_BYTES + 1]))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("65537 bytes is longer than the limit of 65536");
    assertThatThrownBy(
            () -> KeyEncoding.UTF8.encode("é".repeat(KeyEncoding.MAX_KEY_BYTES / 2) + "x"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("65537 bytes is longer");
  }

  @Example
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> KeyEncoding.of("I64"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("'I64'; expected one of i64, u64be, u32be, utf8, raw");
    assertThatThrownBy(() -> KeyType.of("int"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("'int'; expected one of long, string, bytes");
  }

  private static void assertSameOrder(KeyEncoding encoding, long a, long b) {
    byte[] storedA = encoding.encode(a);
    byte[] storedB = encoding.encode(b);
    assertThat(Integer.signum(Arrays.compareUnsigned(storedA, storedB)))
        .isEqualTo(Long.compare(a, b));
    assertThat(encoding.decodeLong(storedA)).isEqualTo(a);
  }

  private static void tried(KeyEncoding encoding, JsonNode vector) {
    if (vector.has("key")) {
      stored(encoding, vector);
    } else {
      encoding.decode(HexFormat.of().parseHex(vector.get("stored").textValue()));
    }
  }

  private static byte[] stored(KeyEncoding encoding, JsonNode vector) {
    return encoded(encoding, key(vector));
  }

  private static byte[] encoded(KeyEncoding encoding, Object key) {
    if (key instanceof Long k) {
      return encoding.encode(k);
    }
    return key instanceof String k ? encoding.encode(k) : encoding.encode((byte[]) key);
  }

  private static Object key(JsonNode vector) {
    String key = vector.get("key").textValue();
    return switch (KeyType.of(vector.get("type").textValue())) {
      case LONG -> Long.valueOf(key);
      case STRING -> key;
      case BYTES -> HexFormat.of().parseHex(key);
    };
  }

  private static List<JsonNode> goldenVectors() throws IOException {
    Path file =
        Path.of(
            System.getProperty("shardyfusion.root"),
            "src-test-resources",
            "golden",
            "key-encodings.jsonl");
    try (var values =
        new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      return values.readAll();
    }
  }
}
