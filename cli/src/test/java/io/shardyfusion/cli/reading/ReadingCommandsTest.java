package io.shardyfusion.cli.reading;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cli.DatasetDamage;
import io.shardyfusion.cli.Invocation;
import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.cli.TestDataset;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code get}, {@code multiget} and {@code scan}. */
final class ReadingCommandsTest {

  private static final byte[] NOT_UTF8 = {(byte) 0xFF, 0x00};

  @TempDir private Path directory;

  @Test
  void getPrintsTheValueOfAnIntegerKey() {
    TestDataset dataset = numbers();

    JsonNode found = run(dataset, "get", "2").succeeded().json();

    assertThat(found.toString())
        .isEqualTo(
            "{\"key\":2,\"found\":true,\"value\":\"zwei ☃\",\"value_encoding\":\"utf8\",\"version\":1,\"shard\":%s}"
                .formatted(dataset.sharding().shardOf(2L)));
  }

  @Test
  void aNegativeNumberIsAKeyAndNoOption() {
    TestDataset dataset = numbers();

    assertThat(run(dataset, "get", "-7").succeeded().json().get("value").textValue())
        .isEqualTo("minus seven");
    assertThat(run(dataset, "get", "--", "-7").succeeded().json().get("key").longValue())
        .isEqualTo(-7);
    assertThat(run(dataset, "multiget", "-7", "2").succeeded().json().get("results")).hasSize(2);
  }

  @Test
  void getOfAMissingKeySaysSoAndFailsOnlyIfStrict() {
    TestDataset dataset = numbers();
    String expected =
        "{\"key\":99,\"found\":false,\"value\":null,\"value_encoding\":null,\"version\":1,\"shard\":%s}\n"
            .formatted(dataset.sharding().shardOf(99L));

    Result lenient = run(dataset, "get", "99").succeeded();
    Result strict = run(dataset, "get", "99", "--strict");

    assertThat(lenient.out()).isEqualTo(expected);
    assertThat(strict.out()).isEqualTo(expected);
    assertThat(strict.code()).isEqualTo(1);
    assertThat(run(dataset, "get", "2", "--strict").code()).isZero();
  }

  @Test
  void getAsTextIsTheValueAndNothingElse() {
    TestDataset dataset = numbers();

    assertThat(run(dataset, "get", "2", "-o", "text").succeeded().out()).isEqualTo("zwei ☃\n");
    assertThat(run(dataset, "get", "99", "-o", "text").succeeded().out()).isEmpty();
  }

  @Test
  void getReadsStringAndBytesKeys() {
    TestDataset strings =
        new TestDataset(directory.resolve("s"), KeyEncoding.UTF8, 3)
            .row("Zürich", "a")
            .row("12", "b");
    TestDataset bytes =
        new TestDataset(directory.resolve("b"), KeyEncoding.RAW, 3)
            .row(new byte[] {1, -1}, NOT_UTF8);
    strings.publish();
    bytes.publish();

    assertThat(run(strings, "get", "Zürich").succeeded().json().get("key").textValue())
        .isEqualTo("Zürich");
    assertThat(run(strings, "get", "12").succeeded().json().get("value").textValue())
        .isEqualTo("b");
    JsonNode binary = run(bytes, "get", "Af8=").succeeded().json();
    assertThat(binary.get("key").textValue()).isEqualTo("Af8=");
    assertThat(binary.get("value").textValue()).isEqualTo("/wA=");
    assertThat(binary.get("value_encoding").textValue()).isEqualTo("base64");
  }

  @Test
  void valuesAreWrittenInTheEncodingThatIsAskedFor() {
    TestDataset dataset = numbers().row(Key.of(5L), NOT_UTF8);
    dataset.publish();

    assertThat(encoded(dataset, "5", "utf8")).isEqualTo("/wA= base64");
    assertThat(encoded(dataset, "5", "hex")).isEqualTo("ff00 hex");
    assertThat(encoded(dataset, "1", "hex")).isEqualTo("6f6e65 hex");
    assertThat(encoded(dataset, "1", "base64")).isEqualTo("b25l base64");
  }

  private String encoded(TestDataset dataset, String key, String encoding) {
    JsonNode json = run(dataset, "get", key, "--value-encoding", encoding).succeeded().json();
    return json.get("value").textValue() + " " + json.get("value_encoding").textValue();
  }

  @Test
  void aKeyOfTheWrongTypeOrRangeIsAUsageErrorThatNamesIt() {
    TestDataset numbers = numbers();
    TestDataset small = new TestDataset(directory.resolve("u"), KeyEncoding.U32BE, 2).row(1L, "a");
    TestDataset bytes =
        new TestDataset(directory.resolve("b"), KeyEncoding.RAW, 2).row(new byte[] {1}, NOT_UTF8);
    small.publish();
    bytes.publish();

    assertThat(run(numbers, "get", "Paris").failed(2).err()).contains("'Paris'");
    assertThat(run(numbers, "get", "1.5").failed(2).err()).contains("'1.5'");
    assertThat(run(numbers, "get", "9223372036854775808").failed(2).err())
        .contains("9223372036854775808");
    assertThat(run(small, "get", "4294967296").failed(2).err()).contains("4294967296");
    assertThat(run(small, "get", "-1").failed(2).err()).contains("-1");
    assertThat(run(bytes, "get", "not base64!").failed(2).err()).contains("not base64!");
    assertThat(run(numbers, "multiget", "1", "x").failed(2).err()).contains("'x'");
    assertThat(run(numbers, "route", "1", "x").failed(2).err()).contains("'x'");
    assertThat(run(numbers, "scan", "--from", "x").failed(2).err()).contains("'x'");
  }

  @Test
  void multigetAnswersInTheOrderOfTheKeysRepeatedAndMissingOnesToo() {
    TestDataset dataset = numbers();

    JsonNode answer = run(dataset, "multiget", "3", "99", "1", "3").succeeded().json();

    assertThat(Invocation.fields(answer)).containsExactly("version", "results");
    assertThat(answer.get("version").longValue()).isEqualTo(1);
    assertThat(answer.get("results"))
        .extracting(r -> r.get("key").longValue())
        .containsExactly(3L, 99L, 1L, 3L);
    assertThat(answer.get("results"))
        .extracting(r -> r.get("value").asText())
        .containsExactly("three", "null", "one", "three");
    assertThat(answer.get("results"))
        .allSatisfy(
            r ->
                assertThat(Invocation.fields(r))
                    .containsExactly("key", "found", "value", "value_encoding", "shard"));
    assertThat(run(dataset, "multiget", "3", "99", "1", "-o", "text").out())
        .isEqualTo("three\n\none\n");
    assertThat(run(dataset, "multiget", "3", "99", "-o", "json").json().get("results")).hasSize(2);
  }

  @Test
  void multigetReadsKeysFromStandardInput() {
    TestDataset dataset = numbers();

    Result result =
        Invocation.of(args(dataset, "multiget", "-")).input("3\n\n  1  \r\n99").run().succeeded();

    assertThat(result.json().get("results"))
        .extracting(r -> r.get("key").longValue())
        .containsExactly(3L, 1L, 99L);
    assertThat(Invocation.of(args(dataset, "multiget", "-")).run().succeeded().out())
        .isEqualTo("{\"version\":1,\"results\":[]}\n");
  }

  @Test
  void multigetReadsJsonStringsFromStandardInput() {
    TestDataset dataset =
        new TestDataset(directory, KeyEncoding.UTF8, 3).row("a\"b\n☃", "x").row("1", "y");
    dataset.publish();

    Result result =
        Invocation.of(args(dataset, "multiget", "-"))
            .input("\"a\\\"b\\n\\u2603\"\n\"1\"\n")
            .run()
            .succeeded();

    assertThat(result.json().get("results"))
        .extracting(r -> r.get("value").textValue())
        .containsExactly("x", "y");
  }

  @Test
  void aBadLineOfStandardInputIsAUsageErrorThatNamesTheLine() {
    TestDataset dataset = numbers();

    for (String bad :
        List.of(
            "\"1\"",
            "1 2",
            "1.5",
            "1e3",
            "nope",
            "[1]",
            "{}",
            "null",
            "\"",
            "9223372036854775808")) {
      Result result =
          Invocation.of(args(dataset, "multiget", "-")).input("3\n" + bad + "\n1\n").run();
      assertThat(result.failed(2).err()).as(bad).contains("line 2 of standard input");
    }
    byte[] notUtf8 = {'1', '\n', '\n', '"', (byte) 0xC0, '"'};
    assertThat(Invocation.of(args(dataset, "multiget", "-")).input(notUtf8).run().failed(2).err())
        .contains("line 3 of standard input is not UTF-8");
    assertThat(
            Invocation.of(args(dataset, "multiget", "-"))
                .input("\"" + "x".repeat(1 << 20) + "\"")
                .run()
                .failed(2)
                .err())
        .contains("line 1 of standard input is longer than any key");
  }

  @Test
  void routeReadsStandardInputAsWell() {
    TestDataset dataset = numbers();

    Result result = Invocation.of(args(dataset, "route", "-")).input("5\n6\n").run().succeeded();

    assertThat(result.jsonl()).extracting(r -> r.get("key").intValue()).containsExactly(5, 6);
  }

  @Test
  void scanGoesShardByShardAndInKeyOrderWithinEach() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 70);
    for (long key = -150; key < 150; key++) {
      dataset.row(key, "v" + key);
    }
    dataset.publish();

    List<JsonNode> rows = run(dataset, "scan").succeeded().jsonl();

    assertThat(rows).hasSize(300);
    assertThat(Invocation.fields(rows.get(0)))
        .containsExactly("shard", "key", "value", "value_encoding");
    int shard = 0;
    long previous = Long.MIN_VALUE;
    Set<Long> keys = new HashSet<>();
    for (JsonNode row : rows) {
      long key = row.get("key").longValue();
      if (row.get("shard").intValue() != shard) {
        assertThat(row.get("shard").intValue()).isGreaterThan(shard);
        shard = row.get("shard").intValue();
        previous = Long.MIN_VALUE;
      }
      assertThat(key).isGreaterThan(previous);
      assertThat(shard).isEqualTo(dataset.sharding().shardOf(key));
      assertThat(row.get("value").textValue()).isEqualTo("v" + key);
      previous = key;
      keys.add(key);
    }
    assertThat(keys).hasSize(300);
  }

  @Test
  void scanTakesAShardARangeAndALimit() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 1);
    for (long key = 0; key < 10; key++) {
      dataset.row(key, "v");
    }
    dataset.publish();

    assertThat(scanned(dataset, "--from", "3", "--to", "6")).containsExactly("3", "4", "5");
    assertThat(scanned(dataset, "--from", "8")).containsExactly("8", "9");
    assertThat(scanned(dataset, "--to", "2", "--shard", "0")).containsExactly("0", "1");
    assertThat(scanned(dataset, "--from", "-5", "--limit", "2")).containsExactly("0", "1");
    assertThat(scanned(dataset, "--limit", "0")).isEmpty();
    assertThat(scanned(dataset, "--from", "6", "--to", "3")).isEmpty();
    assertThat(run(dataset, "scan", "--shard", "1").failed(2).err()).contains("1");
    assertThat(run(dataset, "scan", "--limit", "-1").failed(2).err()).contains("--limit");
    assertThat(run(dataset, "scan", "--prefix", "1").failed(2).err()).contains("--prefix");
  }

  @Test
  void scanTakesAPrefixOfTextAndBinaryKeys() {
    TestDataset strings = new TestDataset(directory.resolve("s"), KeyEncoding.UTF8, 2);
    List.of("user:1", "user:2", "users", "use", "z").forEach(k -> strings.row(k, "v"));
    strings.publish();
    TestDataset bytes = new TestDataset(directory.resolve("b"), KeyEncoding.RAW, 1);
    bytes
        .row(new byte[] {-1, -1}, NOT_UTF8)
        .row(new byte[] {-1}, NOT_UTF8)
        .row(new byte[] {0}, NOT_UTF8);
    bytes.publish();

    List<String> users = new ArrayList<>(scanned(strings, "--prefix", "user:"));
    Collections.sort(users);
    assertThat(users).containsExactly("user:1", "user:2");
    assertThat(scanned(bytes, "--prefix", "/w==")).containsExactly("/w==", "//8=");
  }

  @Test
  void scanStaysInTheVersionItReads() {
    TestDataset dataset = numbers();
    dataset.row(50L, "fifty").publish();

    assertThat(scanned(dataset, "--at", "1")).hasSize(4).doesNotContain("50");
    assertThat(scanned(dataset)).hasSize(5).contains("50");
  }

  @Test
  void scanAsTextIsKeyTabValue() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 1).row(1L, "a").row(2L, "b");
    dataset.publish();

    assertThat(run(dataset, "scan", "-o", "text").succeeded().out()).isEqualTo("1\ta\n2\tb\n");
    assertThat(run(dataset, "scan", "-o", "json").succeeded().json()).hasSize(2);
    assertThat(run(dataset, "scan", "--limit", "0", "-o", "json").succeeded().json()).isEmpty();
  }

  @Test
  void aDamagedTableFileIsAnErrorThatNamesIt() throws IOException {
    TestDataset dataset = numbers();
    DatasetDamage.of(dataset).flipABitInEveryTableFile();

    Result result = run(dataset, "get", "1").failed(3);

    assertThat(result.err()).contains("files/").contains("SHA-256");
  }

  private List<String> scanned(TestDataset dataset, String... args) {
    List<String> all = new ArrayList<>(List.of("scan"));
    all.addAll(List.of(args));
    return run(dataset, all.toArray(String[]::new)).succeeded().jsonl().stream()
        .map(r -> r.get("key").asText())
        .toList();
  }

  private Result run(TestDataset dataset, String... args) {
    return Invocation.run(args(dataset, args));
  }

  private String[] args(TestDataset dataset, String... args) {
    List<String> all = new ArrayList<>(List.of("-d", dataset.uri()));
    all.addAll(List.of("--cache", directory.resolve("cache").toString()));
    all.addAll(List.of(args));
    return all.toArray(String[]::new);
  }

  private TestDataset numbers() {
    TestDataset dataset =
        new TestDataset(directory.resolve("numbers"), KeyEncoding.I64, 4)
            .row(1L, "one")
            .row(2L, "zwei ☃")
            .row(3L, "three")
            .row(-7L, "minus seven");
    dataset.publish();
    return dataset;
  }
}
