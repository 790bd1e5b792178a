package io.shardyfusion.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.DataDamagedException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The released documents of format version 1 stay readable, and the broken ones stay refused with
 * their message.
 */
class FixturesTest {

  static Stream<String> written() {
    return Fixtures.WRITTEN.keySet().stream();
  }

  static Stream<String> valid() {
    return Fixtures.documents("valid").stream();
  }

  static List<JsonNode> invalid() {
    return Fixtures.lines(Fixtures.DIRECTORY.resolve("invalid").resolve("index.jsonl"));
  }

  @ParameterizedTest
  @MethodSource("written")
  void theWriterWritesTheFixtureByteForByte(String file) {
    assertThat(Kind.of(file).write(Fixtures.WRITTEN.get(file).get()))
        .asString()
        .isEqualTo(new String(Fixtures.valid(file), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("written")
  void theParserReadsTheFixture(String file) {
    assertThat(Kind.of(file).parse(file, Fixtures.valid(file)))
        .isEqualTo(Fixtures.WRITTEN.get(file).get());
  }

  @ParameterizedTest
  @MethodSource("valid")
  void everyValidDocumentIsReadAndWrittenBackAsAnEqualOne(String file) {
    Kind kind = Kind.of(file);

    Object value = kind.parse(file, Fixtures.valid(file));

    assertThat(kind.parse(file, kind.write(value))).isEqualTo(value).hasSameHashCodeAs(value);
  }

  @Test
  void orderSpaceAndUnknownFieldsDoNotMatter() {
    for (String kind : List.of("pointer", "manifest", "descriptor", "run")) {
      String other = kind + "-unknown-fields.json";
      assertThat(Kind.of(other).parse(other, Fixtures.valid(other)))
          .isEqualTo(Fixtures.WRITTEN.get(kind + ".json").get());
    }
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void everyInvalidDocumentIsRefusedWithTheStatedMessage(JsonNode fixture) {
    String file = fixture.get("file").textValue();

    assertThatThrownBy(() -> Kind.of(file).parse(file, Fixtures.invalid(file)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageStartingWith("the object " + file + " ")
        .hasMessageContaining(fixture.get("expect").textValue())
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600).doesNotContain("\n"));
  }

  @Test
  void theIndexNamesEveryInvalidDocument() {
    assertThat(invalid().stream().map(f -> f.get("file").textValue()).sorted().toList())
        .isEqualTo(Fixtures.documents("invalid"))
        .hasSizeGreaterThan(150);
    assertThat(invalid())
        .allSatisfy(
            f ->
                assertThat(f.get("kind").textValue())
                    .isEqualToIgnoringCase(Kind.of(f.get("file").textValue()).name()));
  }
}
