package io.shardyfusion.job.input.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonRowParserTest {

  private static final InputOptions ROW = options("long", "row");

  @Test
  void theWholeRowIsTheLinesBytesAsTheyAre() throws BadRowException {
    String line =
        " { \"id\" : 7 ,\t\"x\":[1, 2.50, {\"a\":null}] , \"é\":\"\\u00e9\\ud83d\\ude00\" } ";
    ShardRow row = RowsOf.parsed(ROW, line);
    assertThat(row.value).isEqualTo(line.getBytes(StandardCharsets.UTF_8));
    assertThat(row.key).isEqualTo(KeyEncoding.I64.encode(7));
    assertThat(row.shard).isEqualTo(new HashSharding(8).shardOf(7));
    assertThat(row.order).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"plain é\"             | plain é",
        "\"\"                    | ``",
        "\"\\u00e9\\n\\/\\ud83d\\ude00\" | `é\n/😀`",
        "1.10                    | 1.10",
        "1e5                     | 1e5",
        "-0                      | -0",
        "123456789012345678901234567890.5E+10 | 123456789012345678901234567890.5E+10",
        "true                    | true",
        "null                    | null",
        "[ 1 , \"a b\\\" \" ,{ } ]  | [1,\"a b\\\" \",{}]",
        "{ \"k 1\" : [ ] , \"id\": 9 } | {\"k 1\":[],\"id\":9}",
      })
  void aColumnIsTheStringsTextOrCompactJson(String json, String value) throws BadRowException {
    assertThat(RowsOf.parsed(options("long", "v"), "{\"id\":1,\"v\":" + json + ",\"w\":2}").value)
        .isEqualTo(value.getBytes(StandardCharsets.UTF_8));
    assertThat(RowsOf.parsed(options("long", "v"), "{\"v\": " + json + " ,\"id\":1}").value)
        .isEqualTo(value.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "😀", "\\n"})
  void valuesAreCutOfLongRowsWhereTheyAre(String piece) throws BadRowException {
    String text = piece.repeat(50_000);
    String line =
        "{\"a\":\""
            + text
            + "\", \"v\" : [\""
            + text
            + "\",1.50] ,\"w\":\""
            + text
            + "\",\"id\": 7}";
    ShardRow row = RowsOf.parsed(options("long", "v"), line);
    assertThat(row.value).asString(StandardCharsets.UTF_8).isEqualTo("[\"" + text + "\",1.50]");
    assertThat(row.key).isEqualTo(KeyEncoding.I64.encode(7));
  }

  @Test
  void aByteOrderMarkBeforeARowIsABadRowThatSaysSoAndIsTextInAKey() throws BadRowException {
    assertThatThrownBy(() -> RowsOf.parsed(options("string", "id"), "\uFEFF{\"id\":\"a\"}"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("it begins with a byte order mark (U+FEFF): are two files joined in this one?");
    assertThat(RowsOf.parsed(options("string", "id"), "{\"id\":\"\uFEFFa\"}").key)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("\uFEFFa");
  }

  @Test
  void someColumnsAreACompactObjectInTheOrderThatWasAskedFor() throws BadRowException {
    ShardRow row =
        RowsOf.parsed(
            options("long", "json:b,a\"x,id"), "{\"a\\\"x\": [ 1.0 ],\"id\":3,\"b\": \"\\u0041\"}");
    assertThat(new String(row.value, StandardCharsets.UTF_8))
        .isEqualTo("{\"b\":\"\\u0041\",\"a\\\"x\":[1.0],\"id\":3}");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 42, Long.MAX_VALUE, Long.MIN_VALUE})
  void integerKeys(long key) throws BadRowException {
    assertThat(RowsOf.parsed(ROW, "{\"id\":" + key + "}").key)
        .isEqualTo(KeyEncoding.I64.encode(key));
  }

  @Test
  void stringKeysAreTheirText() throws BadRowException {
    assertThat(RowsOf.parsed(options("string", "row"), "{\"id\":\"é\\u00e9\"}").key)
        .asString()
        .isEqualTo("éé");
    ShardRow row = RowsOf.parsed(options("string", "row"), "{\"id\":\"Zürich\"}");
    assertThat(row.key).asString().isEqualTo("Zürich");
    assertThat(row.shard).isEqualTo(new HashSharding(8).shardOf("Zürich"));
    assertThat(RowsOf.parsed(options("string", "row"), "{\"id\":\"\"}").key).isEmpty();
  }

  @Test
  void bytesKeysAreBase64() throws BadRowException {
    ShardRow row = RowsOf.parsed(options("bytes", "row"), "{\"id\":\"\\/wA=\"}");
    assertThat(row.key).containsExactly(0xFF, 0);
    assertThat(row.shard).isEqualTo(new HashSharding(8).shardOf(row.key));
  }

  @Test
  void aRowOfADeletingOperationNeedsNoValue() throws BadRowException {
    InputOptions options = RowsOf.deleting(options("long", "v"), "op", "d", "true");
    assertThat(RowsOf.parsed(options, "{\"id\":1,\"op\":\"d\"}").value).isNull();
    assertThat(RowsOf.parsed(options, "{\"op\": true ,\"id\":1}").value).isNull();
    assertThat(RowsOf.parsed(options, "{\"id\":1,\"op\":\"u\",\"v\":\"x\"}").value)
        .asString()
        .isEqualTo("x");
    assertBad(options, "{\"id\":1,\"op\":\"u\"}", "column \"v\": the row does not have it");
    assertBad(options, "{\"id\":1,\"v\":1}", "column \"op\": the row does not have it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                    | column \"id\": the row does not have it",
        "{\"ID\":1}            | column \"id\": the row does not have it",
        "{\"x\":{\"id\":1}}    | column \"id\": the row does not have it",
        "{\"id\":null}         | column \"id\": expected an integer, found null",
        "{\"id\":\"x\"}        | column \"id\": expected an integer, found the string \"x\"",
        "{\"id\":1.0}          | column \"id\": expected an integer, found the number 1.0",
        "{\"id\":1e3}          | column \"id\": expected an integer, found the number 1e3",
        "{\"id\":true}         | column \"id\": expected an integer, found true",
        "{\"id\":[1]}          | column \"id\": expected an integer, found an array",
        "{\"id\":{}}           | column \"id\": expected an integer, found an object",
        "{\"id\":1,\"id\":1}   | column \"id\": the row has it twice",
        "{\"id\":1,\"\\u0069d\":1} | column \"id\": the row has it twice",
        "{\"id\":9223372036854775808} | column \"id\": the integer \"9223372036854775808\" is out of range: -9223372036854775808 to 9223372036854775807",
        "{\"id\":-9223372036854775809} | column \"id\": the integer \"-9223372036854775809\" is out of range: -9223372036854775808 to 9223372036854775807",
        "[1]                   | expected a JSON object, found an array",
        "17                    | expected a JSON object, found the number",
        "\"x\"                 | expected a JSON object, found the string",
        "{\"id\":1}{\"id\":2}  | there is more than one JSON object in the line",
        "{\"id\":1} 2          | not valid JSON: expected the end of the line, found the number",
        "{\"id\":1,\"x\":tru}  | not valid JSON: Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') (at character 12 of the row)",
        "{\"id\":1,\"x\":\"a    | not valid JSON: Unexpected end-of-input: was expecting closing quote for a string value (at character 14 of the row)",
        "{\"id\":1 \"x\":2}     | not valid JSON: Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries (at character 8 of the row)",
      })
  void aBadRowSaysWhatIsWrong(String line, String reason) {
    assertBad(ROW, line, reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"id\":1",
        "{\"id\":1,}",
        "{\"id\":01}",
        "{\"id\":+1}",
        "{\"id\":1} x",
        "{\"id\":1}}",
        "{'id':1}",
        "{id:1}",
        "{\"id\":1,\"x\":NaN}",
        "{\"id\":1,\"x\":.5}",
        "{\"id\":1,\"x\":1.}",
        "{\"id\":1,\"x\":\"\u0001\"}",
        "{\"id\":1,\"x\":\"\\x\"}",
        "{\"id\":1,\"x\":\"\\u12\"}",
        "{\"id\":1,\"x\":\"abc}",
        "{\"id\":1,\"x\":[1,2}",
        "{\"id\":1,\"x\":tru}",
        "{\"id\":1} // comment",
        "{\"id\":1}\u0000",
        "nonsense",
      })
  void aLineThatIsNotJsonIsBad(String line) {
    assertThatThrownBy(() -> RowsOf.parsed(ROW, line))
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith("not valid JSON: ");
  }

  @Test
  void deeplyNestedRowsAreBadAndDoNotOverflowTheStack() {
    assertThatThrownBy(() -> RowsOf.parsed(ROW, "{\"id\":1,\"x\":" + "[".repeat(100_000)))
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith("beyond the limits of a row: ")
        .hasMessageContaining("nesting depth (1001)");
  }

  @Test
  void otherEncodingsThanUtf8AreBad() {
    byte[] utf16 = "{\"id\":1}".getBytes(StandardCharsets.UTF_16LE);
    byte[] utf32 = "{\"id\":1}".getBytes(java.nio.charset.Charset.forName("UTF-32BE"));
    assertThatThrownBy(() -> RowsOf.parsed(ROW, utf16)).isInstanceOf(BadRowException.class);
    assertThatThrownBy(() -> RowsOf.parsed(ROW, utf32)).isInstanceOf(BadRowException.class);
  }

  @Test
  void invalidUtf8IsBadInAnyColumn() {
    byte[] line = "{\"id\":1,\"x\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    line[13] = (byte) 0xC3;
    assertThatThrownBy(() -> RowsOf.parsed(ROW, line))
        .isInstanceOf(BadRowException.class)
        .hasMessage("invalid UTF-8 at byte 13 of the row: 0xC3");
  }

  @Test
  void halfASurrogatePairIsBadWhereTheTextIsNeeded() throws BadRowException {
    String line = "{\"id\":1,\"v\":\"\\ud83d\"}";
    assertThat(RowsOf.parsed(ROW, line).value).hasSize(line.length());
    assertBad(
        options("long", "v"),
        line,
        "column \"v\": an escape is half of a surrogate pair, which has no UTF-8 form");
    assertBad(
        options("string", "row"),
        "{\"id\":\"\\ude00\"}",
        "column \"id\": an escape is half of a surrogate pair, which has no UTF-8 form");
  }

  @Test
  void keysMustFitTypeAndEncoding() {
    assertBad(
        options("string", "row"),
        "{\"id\":17}",
        "column \"id\": expected a string, found the number 17");
    assertBad(
        options("bytes", "row"), "{\"id\":null}", "column \"id\": expected a string, found null");
    InputOptions u32 = RowsOf.options("jsonl", KeyColumn.of("id", "long", "u32be"), "row");
    assertBad(
        u32,
        "{\"id\":4294967296}",
        "column \"id\": the key 4294967296 is out of the range of the key encoding u32be: 0 to 4294967295");
    String longKey = "k".repeat(70_000);
    assertThatThrownBy(
            () -> RowsOf.parsed(options("string", "row"), "{\"id\":\"" + longKey + "\"}"))
        .isInstanceOf(BadRowException.class)
        .hasMessageContaining("65536");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A",
        "AA",
        "AAA",
        "AB==",
        "AAB=",
        "AA==AA==",
        "AA A",
        "AA-_",
        "=",
        "A===",
        "AAAA\\n"
      })
  void base64IsStrict(String key) {
    assertThatThrownBy(() -> RowsOf.parsed(options("bytes", "row"), "{\"id\":\"" + key + "\"}"))
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith("column \"id\": expected base64");
  }

  @Test
  void whatCannotBeSeenIsNamedOrEscaped() {
    assertBad(
        ROW,
        "{\"id\":\"\u202E7\"}",
        "column \"id\": expected an integer, found the string \"\\u202e7\"");
    assertThatThrownBy(() -> RowsOf.parsed(ROW, "{\u200B\"id\":1}"))
        .hasMessageStartingWith("not valid JSON: Unexpected character ('\\u200b'");
  }

  @Test
  void longTextsAreCutInMessages() {
    assertThatThrownBy(() -> RowsOf.parsed(ROW, "{\"id\":\"" + "x".repeat(500) + "\"}"))
        .hasMessage(
            "column \"id\": expected an integer, found the string \""
                + "x".repeat(80)
                + "…\" (500 characters)");
  }

  private static void assertBad(InputOptions options, String line, String reason) {
    assertThatThrownBy(() -> RowsOf.parsed(options, line))
        .isInstanceOf(BadRowException.class)
        .hasMessage(reason);
  }

  @Test
  void aShardingIsGivenTheColumnsOfTheRow() throws BadRowException {
    RowParser parser = RowParser.of(options("long", "row"), new ByRegion(4));

    assertThat(shard(parser, "{\"id\":1,\"region\":\"eu\"}")).isZero();
    assertThat(shard(parser, "{\"zone\":2,\"id\":1,\"region\":\"u\\u0073\"}")).isEqualTo(3);
    assertThatThrownBy(() -> shard(parser, "{\"id\":1,\"region\":\"us\"}"))
        .isInstanceOf(BadRowException.class)
        .hasMessage(
            "the shard of a key depends on the column 'zone', too, of type long, and no value is"
                + " given for it");
    assertThatThrownBy(() -> shard(parser, "{\"id\":1,\"region\":null}"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("the routing column 'region' is of type string, found null");
    assertThatThrownBy(() -> shard(parser, "{\"id\":1,\"region\":\"us\",\"zone\":1.0}"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("the routing column 'zone' is of type long, found the number");
  }

  private static int shard(RowParser parser, String row) throws BadRowException {
    return parser.parse(RowsOf.raw(row.getBytes(StandardCharsets.UTF_8), List.of())).shard;
  }

  private static InputOptions options(String keyType, String value) {
    return RowsOf.options("jsonl", KeyColumn.of("id", keyType, null), value);
  }
}
