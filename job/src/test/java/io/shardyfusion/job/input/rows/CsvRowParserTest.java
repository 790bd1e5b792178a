package io.shardyfusion.job.input.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvRowParserTest {

  private static final String[] HEADER = {"name", "id", "a\"b\\"};

  @Test
  void theWholeRowIsACompactObjectOfStringsInHeaderOrder() throws BadRowException {
    ShardRow row =
        RowsOf.parsed(options("long", "row"), "\"say \"\"hi\"\"\n\t\u0001é\",-7,1.50\\", HEADER);
    assertThat(row.value)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(
            "{\"name\":\"say \\\"hi\\\"\\n\\t\\u0001é\",\"id\":\"-7\",\"a\\\"b\\\\\":\"1.50\\\\\"}");
    assertThat(row.key).isEqualTo(KeyEncoding.I64.encode(-7));
    assertThat(row.shard).isEqualTo(new HashSharding(8).shardOf(-7));
    assertThat(row.order).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1,plain é,x        | plain é",
        "1,,x               | ``",
        "1,\"\",x           | ``",
        "1,\"a,b\",x        | a,b",
        "1,\"a\"\"b\",x     | a\"b",
        "1,\"\"\"\"\"\",x   | \"\"",
        "1, spaced ,x       | ` spaced `",
      })
  void aColumnIsTheFieldsText(String row, String value) throws BadRowException {
    assertThat(RowsOf.parsed(options("long", "v"), row, "id", "v", "w").value)
        .isEqualTo(value.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void someColumnsAreACompactObjectOfStrings() throws BadRowException {
    ShardRow row = RowsOf.parsed(options("string", "json:v,id"), "k,\"1\"\"\",z", "id", "v", "w");
    assertThat(row.value).asString().isEqualTo("{\"v\":\"1\\\"\",\"id\":\"k\"}");
    assertThat(row.key).asString().isEqualTo("k");
  }

  @Test
  void theHeaderAgainAndAByteOrderMarkBeforeARowAreBadRowsThatSaySo() throws BadRowException {
    assertThatThrownBy(() -> RowsOf.parsed(options("string", "v"), "id,\"v\"", "id", "v"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("it is the header again: are two files joined in this one?");
    assertThatThrownBy(() -> RowsOf.parsed(options("string", "v"), "\uFEFFa,1", "id", "v"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("it begins with a byte order mark (U+FEFF): are two files joined in this one?");
    // Within a key it is text.
    assertThat(RowsOf.parsed(options("string", "v"), "\"\uFEFFa\",1", "id", "v").key)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("\uFEFFa");
  }

  @Test
  void theLastFieldMayBeEmpty() throws BadRowException {
    assertThat(RowsOf.parsed(options("long", "v"), "1,", "id", "v").value).isEmpty();
    assertThat(RowsOf.parsed(options("long", "v"), "1,\"\"", "id", "v").value).isEmpty();
  }

  @Test
  void otherDelimitersSeparateFields() throws BadRowException {
    InputOptions tabs =
        new InputOptions(
            List.of("in"),
            RowFormat.of("csv", "\\t"),
            KeyColumn.of("id", "bytes", null),
            ValueSelection.of("v"),
            null,
            new BadRowPolicy.Fail());
    ShardRow row = RowsOf.parsed(tabs, "\"a\tb\"\tAAE=", "v", "id");
    assertThat(row.key).containsExactly(0, 1);
    assertThat(row.value).asString().isEqualTo("a\tb");
  }

  @Test
  void aShardingIsGivenTheColumnsOfTheRow() throws BadRowException {
    InputOptions options = options("long", "v");
    RowParser parser = RowParser.of(options, new ByRegion(4));
    List<String> header = List.of("zone", "id", "region", "v");

    assertThat(parser.parse(RowsOf.raw("x,1,eu,a".getBytes(UTF_8), header)).shard).isZero();
    assertThat(parser.parse(RowsOf.raw("2,1,us,a".getBytes(UTF_8), header)).shard).isEqualTo(3);
    assertThatThrownBy(() -> parser.parse(RowsOf.raw("x,1,us,a".getBytes(UTF_8), header)))
        .isInstanceOf(BadRowException.class)
        .hasMessage("the routing column 'zone' is of type long, found 'x'");
    assertThat(options.neededColumns(new ByRegion(4))).containsExactly("id", "v", "region", "zone");
  }

  @Test
  void columnsAreLookedUpAgainForAnotherHeader() throws BadRowException {
    RowParser parser = RowParser.of(options("long", "v"), new HashSharding(8));
    byte[] bytes = "1,2".getBytes(StandardCharsets.UTF_8);
    assertThat(parser.parse(RowsOf.raw(bytes, List.of("id", "v"))).value).asString().isEqualTo("2");
    assertThat(parser.parse(RowsOf.raw(bytes, List.of("v", "id"))).value).asString().isEqualTo("1");
    assertThat(parser.parse(RowsOf.raw(bytes, List.of("v", "id"))).value).asString().isEqualTo("1");
  }

  @Test
  void aRowOfADeletingOperationHasNoValue() throws BadRowException {
    InputOptions options = RowsOf.deleting(options("long", "row"), "op", "d", "");
    assertThat(RowsOf.parsed(options, "1,d", "id", "op").value).isNull();
    assertThat(RowsOf.parsed(options, "1,\"d\"", "id", "op").value).isNull();
    assertThat(RowsOf.parsed(options, "1,", "id", "op").value).isNull();
    assertThat(RowsOf.parsed(options, "1,D", "id", "op").value).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1            | expected 2 fields as the header has, found 1",
        "1,2,3        | expected 2 fields as the header has, found 3",
        "1,2,         | expected 2 fields as the header has, found 3",
        "1,a\"b       | field 2 is not valid CSV: Quote in a field that is not quoted; a field that has quotes is put in quotes, and its own are doubled",
        "1, \"b\"     | field 2 is not valid CSV: Quote in a field that is not quoted; a field that has quotes is put in quotes, and its own are doubled",
        "1,\"b\"c     | field 2 is not valid CSV: Unexpected character after closing quote: 'c' (0x63); a field that has quotes is put in quotes, and its own are doubled",
        "1,\"b\" ,2   | field 2 is not valid CSV: Unexpected character after closing quote: ' ' (0x20); a field that has quotes is put in quotes, and its own are doubled",
        "1,\"b        | field 2 is not valid CSV: Unclosed quoted field at end of input; a field that has quotes is put in quotes, and its own are doubled",
        "\"           | field 1 is not valid CSV: Unclosed quoted field at end of input; a field that has quotes is put in quotes, and its own are doubled",
        ",b           | column \"id\": the key is empty",
        "\"\",b       | column \"id\": the key is empty",
        "x,b          | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"x\"",
        "` 1,b`       | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \" 1\"",
        "+1,b         | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"+1\"",
        "007,b        | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"007\"",
        "-,b          | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"-\"",
        "1.0,b        | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"1.0\"",
        "1e3,b        | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"1e3\"",
        "٣,b          | column \"id\": expected an integer (decimal digits, no leading zeros, no plus), found \"٣\"",
        "99999999999999999999,b | column \"id\": the integer \"99999999999999999999\" is out of range: -9223372036854775808 to 9223372036854775807",
      })
  void aBadRowSaysWhatIsWrong(String row, String reason) {
    assertThatThrownBy(() -> RowsOf.parsed(options("long", "row"), row, "id", "v"))
        .isInstanceOf(BadRowException.class)
        .hasMessage(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1,a\rb", "1,\r", "1,2\r3,4", "\r1,2", "1,\"a\r\"\r"})
  void aCarriageReturnOutsideOfQuotesIsBad(String row) {
    assertThatThrownBy(() -> RowsOf.parsed(options("long", "row"), row, "id", "v"))
        .hasMessage("a carriage return that is not within quotes; end lines with LF or CRLF");
  }

  @Test
  void invalidUtf8IsBad() {
    byte[] row = {'1', ',', (byte) 0xED, (byte) 0xA0, (byte) 0x80};
    assertThatThrownBy(() -> RowsOf.parsed(options("long", "row"), row, "id", "v"))
        .hasMessage("invalid UTF-8 at byte 2 of the row: 0xED");
  }

  private static InputOptions options(String keyType, String value) {
    return RowsOf.options("csv", KeyColumn.of("id", keyType, null), value);
  }
}
