package io.shardyfusion.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/format-spec.md} states in numbers and examples is what the code does. */
class SpecificationTest {

  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- fixture: (\\S+) -->\n```json\n(.*?)\n```", Pattern.DOTALL);

  /** A row of a table of fields whose type says that the field is optional. */
  private static final Pattern OPTIONAL =
      Pattern.compile("^\\| `(\\w+)` \\| [^|]*\\*optional\\*", Pattern.MULTILINE);

  private static final String SPECIFICATION = read();

  @Test
  void everyExampleIsTheFixtureOfItsName() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<String> found = new ArrayList<>();
    for (MatchResult example : EXAMPLE.matcher(SPECIFICATION).results().toList()) {
      JsonNode document = mapper.readTree(example.group(2));
      assertThat(document).isEqualTo(mapper.readTree(Fixtures.valid(example.group(1))));
      found.add(example.group(1));
    }
    assertThat(found)
        .containsExactly(
            "pointer.json", "pointer-held.json", "manifest.json", "descriptor.json", "run.json");
  }

  @Test
  void everyLimitIsStated() throws IllegalAccessException {
    Map<String, String> stated = rows("limits");
    Map<String, String> inCode = new LinkedHashMap<>();
    for (Field field : Limits.class.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers()) && !field.getName().equals("FORMAT_VERSION")) {
        inCode.put(field.getName(), String.valueOf(field.get(null)));
      }
    }
    inCode.put("MAX_KEY_BYTES", String.valueOf(KeyEncoding.MAX_KEY_BYTES));
    inCode.put("MAX_SHARDS", String.valueOf(Sharding.MAX_SHARDS));

    assertThat(stated).containsExactlyInAnyOrderEntriesOf(inCode);
  }

  @Test
  void everyOptionalFieldIsListedAndHasAFixtureWithItAndOneWithout() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<String[]> additions = cells("additions");
    assertThat(additions.stream().map(row -> row[1]))
        .containsExactlyInAnyOrderElementsOf(
            OPTIONAL.matcher(SPECIFICATION).results().map(row -> row.group(1)).toList());
    for (String[] row : additions) {
      assertThat(row[2]).as("the release of %s", row[1]).matches("\\d+\\.\\d+\\.\\d+");
      assertThat(mapper.readTree(Fixtures.valid(row[4])).findValue(row[1])).as(row[4]).isNotNull();
      assertThat(mapper.readTree(Fixtures.valid(row[5])).findValue(row[1])).as(row[5]).isNull();
      for (String fixture : List.of(row[4], row[5])) {
        assertThat(Kind.of(fixture).parse(fixture, Fixtures.valid(fixture))).isNotNull();
      }
    }
  }

  @Test
  void theStatedRoutingIsWhatTheCodeDoes() {
    Map<String, String> stated = rows("routing");
    stated.forEach(
        (key, shard) -> assertThat(shardOf(key)).as(key).isEqualTo(Integer.parseInt(shard)));
    assertThat(stated).hasSizeGreaterThan(6);
  }

  @Test
  void theStatedStoredKeysAreWhatTheCodeStores() {
    Map<String, String> stated = rows("encodings");
    stated.forEach(
        (key, stored) -> {
          String[] parts = key.split(" ", 2);
          KeyEncoding encoding = KeyEncoding.of(parts[0]);
          byte[] bytes =
              switch (encoding.type()) {
                case LONG -> encoding.encode(Long.parseLong(parts[1]));
                case STRING -> encoding.encode(parts[1]);
                case BYTES -> encoding.encode(HexFormat.of().parseHex(parts[1]));
              };
          assertThat(HexFormat.of().formatHex(bytes)).as(key).isEqualTo(stored);
        });
    assertThat(stated).hasSizeGreaterThan(8);
  }

  /** The first two columns of a table. */
  private static Map<String, String> rows(String name) {
    Map<String, String> rows = new LinkedHashMap<>();
    cells(name).forEach(cells -> rows.put(cells[1], cells[2].replace(" ", "")));
    return rows;
  }

  /** The rows of the table after the comment {@code <!-- table: name -->}; columns count from 1. */
  private static List<String[]> cells(String name) {
    String table = SPECIFICATION.split("<!-- table: " + name + " -->\n", 2)[1].split("\n\n", 2)[0];
    return table
        .lines()
        .skip(2)
        .map(
            line ->
                Stream.of(line.split("\\|")).map(SpecificationTest::plain).toArray(String[]::new))
        .toList();
  }

  private static String plain(String cell) {
    return cell.replace("`", "").strip();
  }

  private static int shardOf(String key) {
    String[] parts = key.split(" ", 2);
    HashSharding sharding = new HashSharding(1000);
    return switch (parts[0]) {
      case "long" -> sharding.shardOf(Long.parseLong(parts[1]));
      case "string" -> sharding.shardOf(parts.length == 1 ? "" : parts[1]);
      default -> sharding.shardOf(HexFormat.of().parseHex(parts[1]));
    };
  }

  private static String read() {
    try {
      return Files.readString(
          Path.of(System.getProperty("shardyfusion.root"), "docs", "format-spec.md"), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
