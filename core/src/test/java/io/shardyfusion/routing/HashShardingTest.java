package io.shardyfusion.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Routing by hash against the golden vectors, and the properties that hold for all keys. */
class HashShardingTest {

  @Example
  void everyGoldenKeyHasTheStatedShardForEveryStatedNumberOfShards() throws IOException {
    List<JsonNode> vectors = goldenVectors();
    int checks = 0;
    for (JsonNode vector : vectors) {
      for (Map.Entry<String, JsonNode> shard : vector.get("shard").properties()) {
        HashSharding sharding = new HashSharding(Integer.parseInt(shard.getKey()));
        assertThat(shardOf(sharding, vector))
            .as("%s", vector)
            .isEqualTo(shard.getValue().intValue());
        checks++;
      }
    }
    assertThat(vectors).hasSize(295);
    assertThat(checks).isEqualTo(295 * 10);
  }

  @Example
  void everyGoldenKeyHasTheStatedCanonicalBytesAndDigest() throws IOException {
    for (JsonNode vector : goldenVectors()) {
      byte[] canonical = HexFormat.of().parseHex(vector.get("canonical").textValue());
      assertThat(canonical(vector)).as("%s", vector).isEqualTo(canonical);
      assertThat(HexFormat.of().toHexDigits(Hashing.xxh3_64().hashBytesToLong(canonical)))
          .as("%s", vector)
          .isEqualTo(vector.get("digest").textValue());
    }
  }

  @Example
  void everyStringAndBytesKeyOfTheGoldenVectorsCanBeStored() throws IOException {
    for (JsonNode vector : goldenVectors()) {
      String key = vector.get("key").textValue();
      switch (vector.get("type").textValue()) {
        case "long" ->
            assertThat(KeyEncoding.I64.decodeLong(KeyEncoding.I64.encode(Long.parseLong(key))))
                .isEqualTo(Long.parseLong(key));
        case "string" -> assertThat(KeyEncoding.UTF8.encode(key)).isEqualTo(canonical(vector));
        default ->
            assertThat(KeyEncoding.RAW.encode(HexFormat.of().parseHex(key)))
                .isEqualTo(canonical(vector));
      }
    }
  }

  @Property
  void anIntegerRoutesAsItsEightLittleEndianBytesDoByTheUnsignedModulus(
      @ForAll long key, @ForAll @IntRange(min = 1, max = Sharding.MAX_SHARDS) int numShards) {
    byte[] canonical =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(key).array();
    HashSharding sharding = new HashSharding(numShards);

    int shard = sharding.shardOf(key);

    assertThat(shard).isEqualTo(sharding.shardOf(canonical)).isBetween(0, numShards - 1);
    assertThat(shard).isEqualTo(byBigInteger(canonical, numShards));
  }

  @Property
  void textRoutesAsItsUtf8BytesDo(
      @ForAll @Size(max = 300) byte[] bytes,
      @ForAll @IntRange(min = 1, max = Sharding.MAX_SHARDS) int numShards) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    byte[] canonical = text.getBytes(StandardCharsets.UTF_8);
    HashSharding sharding = new HashSharding(numShards);

    assertThat(sharding.shardOf(text))
        .isEqualTo(sharding.shardOf(canonical))
        .isEqualTo(byBigInteger(canonical, numShards));
  }

  @Example
  void anUnpairedSurrogateIsNoKey() {
    assertThatThrownBy(() -> new HashSharding(8).shardOf("a\uD800"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("unpaired surrogate");
  }

  @Example
  void theNumberOfShardsIsBounded() {
    assertThat(new HashSharding(1).shardOf("anything")).isZero();
    assertThat(new HashSharding(Sharding.MAX_SHARDS).numShards()).isEqualTo(32_768);
    for (int refused : new int[] {Integer.MIN_VALUE, -1, 0, Sharding.MAX_SHARDS + 1}) {
      assertThatThrownBy(() -> new HashSharding(refused))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessage("the number of shards must be from 1 to 32768, found " + refused);
    }
  }

  private static int byBigInteger(byte[] canonical, int numShards) {
    long hash = Hashing.xxh3_64().hashBytesToLong(canonical);
    return new BigInteger(Long.toUnsignedString(hash))
        .mod(BigInteger.valueOf(numShards))
        .intValue();
  }

  private static int shardOf(Sharding sharding, JsonNode vector) {
    String key = vector.get("key").textValue();
    return switch (vector.get("type").textValue()) {
      case "long" -> sharding.shardOf(Long.parseLong(key));
      case "string" -> {
        int shard = sharding.shardOf(key);
        assertThat(sharding.shardOf(KeyEncoding.UTF8.encode(key))).isEqualTo(shard);
        yield shard;
      }
      default -> sharding.shardOf(HexFormat.of().parseHex(key));
    };
  }

  private static byte[] canonical(JsonNode vector) {
    String key = vector.get("key").textValue();
    return switch (vector.get("type").textValue()) {
      case "long" ->
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(Long.parseLong(key))
              .array();
      case "string" -> key.getBytes(StandardCharsets.UTF_8);
      default -> HexFormat.of().parseHex(key);
    };
  }

  private static List<JsonNode> goldenVectors() throws IOException {
    Path file =
        Path.of(
            System.getProperty("shardyfusion.root"),
            "src-test-resources",
            "golden",
            "routing.jsonl");
    try (var values =
        new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      return values.readAll();
    }
  }
}
