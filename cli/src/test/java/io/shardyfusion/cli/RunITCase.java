package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole way of a backfill: {@code shardy run} on an embedded Flink, then the reading commands
 * and the reader.
 */
final class RunITCase {

  private static final Path CITIES =
      Path.of(
          System.getProperty("shardyfusion.root"), "src-test-resources/dataset/cities.jsonl.gz");

  @TempDir private Path directory;

  @Test
  void everyRowOfARealDatasetComesBackByteForByte() throws IOException {
    JsonNode result = publish("--input", CITIES.toString(), "--key", "id", "--shards", "8").json();
    assertThat(result.get("rows_read").asLong()).isEqualTo(135_233);
    assertThat(result.get("rows_written").asLong()).isEqualTo(135_233);
    assertThat(result.get("version").asLong()).isEqualTo(1);
    assertThat(result.get("puts").asLong()).as("2 a shard, and 6").isLessThanOrEqualTo(2 * 8 + 6);

    Map<Long, String> lines = cities();
    Map<Long, String> scanned = new HashMap<>();
    for (JsonNode row :
        Invocation.run("scan", "-d", dataset(), "--cache", cache()).succeeded().jsonl()) {
      scanned.put(row.get("key").asLong(), row.get("value").asText());
    }
    assertThat(scanned).isEqualTo(lines);
    try (ShardedReader reader =
        ShardedReader.open(
            ReaderOptions.builder(dataset()).cacheDirectory(Path.of(cache())).build())) {
      lines.forEach(
          (id, line) -> assertThat(reader.get((long) id)).isEqualTo(line.getBytes(UTF_8)));
      assertThat(reader.get(-1L)).isNull();
    }
    assertThat(
            Invocation.run("verify", "-d", dataset(), "--deep")
                .succeeded()
                .json()
                .get("ok")
                .asBoolean())
        .isTrue();
  }

  @Test
  void theSameInputGivesTheSameContentWhateverTheParallelismAndTheWayItIsCutIntoFiles()
      throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      rows.add(
          "{\"id\":"
              + i % 1_700
              + ",\"n\":"
              + i
              + ",\"op\":\""
              + (i % 11 == 0 ? "d" : "u")
              + "\"}");
    }
    write("whole/rows.jsonl", rows);
    write("cut/a/1.jsonl", rows.subList(0, 900));
    gzip(write("cut/a/2.jsonl", rows.subList(900, 2_500)));
    write("cut/b.jsonl", rows.subList(2_500, 5_000));
    String[] options = {
      "--key", "id", "--shards", "5", "--op-column", "op", "--delete-values", "d"
    };
    Map<Long, String> expected = new TreeMap<>();
    for (int i = 0; i < 5_000; i++) {
      if (i % 11 == 0) {
        expected.remove((long) i % 1_700);
      } else {
        expected.put((long) i % 1_700, rows.get(i));
      }
    }

    for (String parallelism : new String[] {"1", "3"}) {
      for (String input : new String[] {"whole", "cut"}) {
        JsonNode result =
            publish(concat(options, "--input", path(input), "--parallelism", parallelism)).json();
        assertThat(result.get("rows_read").asLong()).isEqualTo(5_000);
        assertThat(result.get("rows_written").asLong()).isEqualTo(expected.size());
        assertThat(result.get("deletes").asLong()).isEqualTo(455);
        assertThat(rows()).as("input %s at parallelism %s", input, parallelism).isEqualTo(expected);
      }
    }
    assertThat(Invocation.run("history", "-d", dataset()).succeeded().jsonl()).hasSize(4);
  }

  @Test
  void anEmptyInputPublishesASnapshotOfEmptyShards() throws IOException {
    write("rows.jsonl", List.of());

    JsonNode result = publish("--input", path("rows.jsonl"), "--key", "id", "--shards", "3").json();

    assertThat(result.get("rows_written").asLong()).isZero();
    assertThat(Invocation.run("shards", "-d", dataset()).succeeded().jsonl())
        .hasSize(3)
        .allSatisfy(shard -> assertThat(shard.get("rows").asLong()).isZero());
    assertThat(
            Invocation.run("get", "7", "-d", dataset(), "--cache", cache())
                .succeeded()
                .json()
                .get("found")
                .asBoolean())
        .isFalse();
    assertThat(
            Invocation.run("verify", "-d", dataset(), "--deep")
                .succeeded()
                .json()
                .get("ok")
                .asBoolean())
        .isTrue();
  }

  @Test
  void aResultWithoutRowsReplacesOneWithRowsOnlyWhereThatIsMeant() throws IOException {
    String row = "{\"id\":1,\"op\":\"u\"}";
    write("good.jsonl", List.of(row));
    write("empty.jsonl", List.of());
    write("deleted.jsonl", List.of(row, "{\"id\":1,\"op\":\"d\"}"));
    write("bad.jsonl", List.of("{", "}"));
    String[] options = {
      "--key",
      "id",
      "--shards",
      "2",
      "--op-column",
      "op",
      "--delete-values",
      "d",
      "--on-bad-row",
      "skip",
      "--parallelism",
      "1"
    };
    publish(concat(options, "--input", path("good.jsonl")));

    for (String input : List.of("empty.jsonl", "deleted.jsonl", "bad.jsonl")) {
      Result refused = run(concat(options, "--input", path(input)));
      assertThat(refused.failed(3).err())
          .contains(
              "has no rows",
              "serves version 1 with 1 rows",
              "nothing was announced",
              "run again with allowEmpty()",
              "allowEmpty() is --allow-empty");
      assertThat(rows()).isEqualTo(Map.of(1L, row));
    }
    assertThat(Invocation.run("history", "-d", dataset()).succeeded().jsonl()).hasSize(1);

    publish(concat(options, "--input", path("deleted.jsonl"), "--allow-empty"));
    assertThat(rows()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void badInputIsOneClearErrorAndChangesNothing(
      String what,
      byte[] content,
      String file,
      List<String> options,
      int exit,
      List<String> message)
      throws IOException {
    write("good.jsonl", List.of("{\"id\":1,\"v\":\"one\"}"));
    publish("--input", path("good.jsonl"), "--key", "id", "--shards", "2");
    Map<String, String> before = tree();
    Files.write(directory.resolve(file), content);

    Result result =
        Invocation.run(
            concat(
                options.toArray(new String[0]),
                "run",
                "-d",
                dataset(),
                "--shards",
                "2",
                "--input",
                path(file)));

    assertThat(result.code()).as(result.err()).isEqualTo(exit);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(message).doesNotContain("\tat ");
    assertThat(tree()).containsAllEntriesOf(before);
    assertThat(tree())
        .as("but for content that nothing refers to")
        .satisfies(
            after -> {
              after.keySet().removeAll(before.keySet());
              assertThat(after.keySet())
                  .allMatch(key -> key.startsWith("shards/") || key.startsWith("files/"));
            });
    assertThat(rows()).isEqualTo(Map.of(1L, "{\"id\":1,\"v\":\"one\"}"));
  }

  static Stream<Arguments> badInputs() {
    List<String> id = List.of("--key", "id");
    List<String> csv = List.of("--key", "id", "--format", "csv");
    byte[] invalidUtf8 = "{\"id\":1,\"v\":\"x\"}".getBytes(UTF_8);
    invalidUtf8[13] = (byte) 0xC3;
    return Stream.of(
        bad("malformed JSON", "{\"id\":1}\n{\"id\":2,\n", id, "bad.jsonl:2"),
        bad("a missing key column", "{\"id\":1}\n{\"ident\":2}\n", id, "bad.jsonl:2", "id"),
        bad("a key of the wrong type", "{\"id\":\"x\"}\n", id, "bad.jsonl:1", "id", "x"),
        bad(
            "a key out of range",
            "{\"id\":9223372036854775808}\n",
            id,
            "bad.jsonl:1",
            "9223372036854775808"),
        bad(
            "a key out of the encoding's range",
            "{\"id\":4294967296}\n",
            List.of("--key", "id", "--key-encoding", "u32be"),
            "bad.jsonl:1",
            "4294967296"),
        bad("a null key", "{\"id\":null}\n", id, "bad.jsonl:1", "null"),
        Arguments.of(
            "invalid UTF-8", invalidUtf8, "bad.jsonl", id, 3, List.of("bad.jsonl:1", "UTF-8")),
        badCsv("too few fields", "id,v\n1,a\n2\n", csv, "bad.csv:3"),
        badCsv("too many fields", "id,v\n1,a,b\n", csv, "bad.csv:2"),
        badCsv("an unterminated quote", "id,v\n1,a\n2,\"b\n", csv, "bad.csv:3"),
        Arguments.of(
            "a duplicate that must not be",
            "{\"id\":7}\n{\"id\":7}\n".getBytes(UTF_8),
            "bad.jsonl",
            List.of("--key", "id", "--duplicates", "fail"),
            3,
            List.of("the key 7 occurs more than once", "--duplicates last")),
        Arguments.of(
            "a truncated gzip file",
            truncatedGzip(),
            "bad.jsonl.gz",
            id,
            3,
            List.of("bad.jsonl.gz")));
  }

  @Test
  void aMissingInputPathIsAUsageErrorThatNamesIt() {
    Result result = run("--input", path("nowhere"), "--key", "id", "--shards", "2");

    assertThat(result.failed(2).err()).contains(path("nowhere"));
    assertThat(directory.resolve("dataset")).doesNotExist();
  }

  /** Follows the advice of the error. */
  @Test
  void aValueSchemaIsRecordedShownAndChangedOnlyWhereReadersCanFollow() throws IOException {
    write("rows.jsonl", List.of("{\"id\":1,\"name\":\"a\"}"));
    String[] options = {
      "--input", path("rows.jsonl"), "--key", "id", "--shards", "1", "--parallelism", "1"
    };
    String schema = "{\"type\":\"object\",\"required\":[\"name\"]}";
    write("city.schema.json", List.of(schema));
    write("other.json", List.of("{\"type\":\"object\"}"));
    write("city.avsc", List.of("{\"type\":\"record\",\"name\":\"City\",\"fields\":[]}"));

    Result wrong = run(concat(options, "--value-schema", path("rows.jsonl")));
    assertThat(wrong.failed(2).err())
        .contains(path("rows.jsonl"), "expected .avsc for Avro, or .json for JSON Schema");
    assertThat(directory.resolve("dataset")).doesNotExist();
    publish(concat(options, "--value-schema", path("city.schema.json")));
    JsonNode shown = Invocation.run("info", "-d", dataset()).succeeded().json().get("value_schema");
    assertThat(shown.get("kind").textValue()).isEqualTo("json-schema");
    assertThat(shown.get("text").textValue()).isEqualTo(schema + "\n");
    assertThat(shown.get("fingerprint").textValue()).hasSize(64);
    assertThat(Invocation.run("info", "-d", dataset(), "-o", "table").succeeded().out())
        .contains("value_schema", "json-schema");

    assertThat(run(options).failed(2).err())
        .contains("and this run none", "valueSchema(…) is --value-schema");
    Result refused = run(concat(options, "--value-schema", path("other.json")));
    assertThat(refused.failed(2).err())
        .contains(
            "version 1 records the value schema json-schema",
            "cannot be decided",
            "allowSchemaChange() is --allow-schema-change");
    JsonNode allowed =
        publish(concat(options, "--value-schema", path("city.avsc"), "--allow-schema-change"))
            .json();
    assertThat(allowed.get("version").asLong()).isEqualTo(2);
    assertThat(
            Invocation.run("info", "-d", dataset())
                .succeeded()
                .json()
                .at("/value_schema/kind")
                .textValue())
        .isEqualTo("avro");
  }

  @Test
  void anUnwritableTargetIsAStorageErrorThatNamesIt() throws IOException {
    write("rows.jsonl", List.of("{\"id\":1}"));
    Files.writeString(directory.resolve("file"), "not a directory");

    Result result =
        Invocation.run(
            "run",
            "-d",
            path("file/dataset"),
            "--input",
            path("rows.jsonl"),
            "--key",
            "id",
            "--shards",
            "2");

    assertThat(result.failed(3).err()).contains(path("file"));
  }

  @Test
  void badRowsAreSkippedAndCountedOrSetAside() throws IOException {
    write("rows.jsonl", List.of("{\"id\":1}", "{\"id\":", "{\"id\":3}"));

    JsonNode skipped =
        publish(
                "--input",
                path("rows.jsonl"),
                "--key",
                "id",
                "--shards",
                "2",
                "--on-bad-row",
                "skip")
            .json();
    JsonNode aside =
        publish(
                "--input",
                path("rows.jsonl"),
                "--key",
                "id",
                "--shards",
                "2",
                "--on-bad-row",
                "dead-letter:" + path("dead"))
            .json();

    for (JsonNode result : List.of(skipped, aside)) {
      assertThat(result.get("rows_read").asLong()).isEqualTo(3);
      assertThat(result.get("bad_rows").asLong()).isEqualTo(1);
      assertThat(result.get("rows_written").asLong()).isEqualTo(2);
    }
    try (Stream<Path> files = Files.walk(directory.resolve("dead"))) {
      assertThat(files.filter(Files::isRegularFile).flatMap(RunITCase::lines))
          .singleElement()
          .satisfies(line -> assertThat(line).contains("rows.jsonl").contains("\"line\":2"));
    }
  }

  private Result publish(String... options) {
    Result result = run(options);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private Result run(String... options) {
    return Invocation.run(concat(options, "run", "-d", dataset()));
  }

  private Map<Long, String> rows() {
    Map<Long, String> rows = new TreeMap<>();
    for (JsonNode row :
        Invocation.run("scan", "-d", dataset(), "--cache", cache()).succeeded().jsonl()) {
      rows.put(row.get("key").asLong(), row.get("value").asText());
    }
    return rows;
  }

  /** Every file of the dataset with its content's hash, but for the lock. */
  private Map<String, String> tree() throws IOException {
    Path root = directory.resolve("dataset");
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        tree.put(root.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)) + "");
      }
    }
    return tree;
  }

  private String dataset() {
    return path("dataset");
  }

  private String cache() {
    return path("cache");
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private Path write(String name, List<String> lines) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, lines);
  }

  private static void gzip(Path file) throws IOException {
    try (GZIPOutputStream out =
        new GZIPOutputStream(
            Files.newOutputStream(file.resolveSibling(file.getFileName() + ".gz")))) {
      Files.copy(file, out);
    }
    Files.delete(file);
  }

  private static byte[] truncatedGzip() {
    try {
      byte[] whole = Files.readAllBytes(CITIES);
      return Arrays.copyOf(whole, whole.length / 8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<Long, String> cities() throws IOException {
    Map<Long, String> lines = new HashMap<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(CITIES)), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.put(Long.parseLong(line.substring("{\"id\":".length(), line.indexOf(','))), line);
      }
    }
    return lines;
  }

  private static Arguments bad(
      String what, String content, List<String> options, String... message) {
    return Arguments.of(what, content.getBytes(UTF_8), "bad.jsonl", options, 3, List.of(message));
  }

  private static Arguments badCsv(
      String what, String content, List<String> options, String... message) {
    return Arguments.of(what, content.getBytes(UTF_8), "bad.csv", options, 3, List.of(message));
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code first} and then {@code options}: the command comes first. */
  private static String[] concat(String[] options, String... first) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(options)).toArray(String[]::new);
  }
}
