package io.shardyfusion.job.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.files.InputFiles;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.rows.BadRowException;
import io.shardyfusion.job.input.rows.ByteSearch;
import io.shardyfusion.job.input.rows.ReadLimits;
import io.shardyfusion.job.input.rows.RowsOf;
import io.shardyfusion.job.input.rows.Utf8;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

final class InputPropertiesTest {

  private static final List<String> HEADER = List.of("id", "a", "b\"é");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RowFormat JSONL = new RowFormat.Jsonl();

  @Property(tries = 300)
  void utf8IsValidExactlyWhereTheJdkSaysSo(@ForAll("nearlyUtf8") byte[] bytes) {
    boolean valid;
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      valid = true;
    } catch (CharacterCodingException e) {
      valid = false;
    }
    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length) < 0).isEqualTo(valid);
  }

  @Property(tries = 200)
  void searchesFindTheFirst(@ForAll @Size(max = 40) byte[] data, @ForAll byte a, @ForAll byte b) {
    int first = -1;
    int either = -1;
    for (int i = data.length - 1; i >= 0; i--) {
      first = data[i] == a ? i : first;
      either = data[i] == a || data[i] == b ? i : either;
    }
    assertThat(ByteSearch.indexOf(data, 0, data.length, a)).isEqualTo(first);
    assertThat(ByteSearch.indexOfEither(data, 0, data.length, a, b)).isEqualTo(either);
  }

  @Property(tries = 200)
  void anySplittingGivesTheSameRows(
      @ForAll("lines") String text,
      @ForAll @LongRange(min = 1, max = 50) long split,
      @ForAll @IntRange(min = 16, max = 64) int buffer)
      throws IOException {
    inFile(
        text,
        file -> {
          List<RowsOf.Read> whole =
              RowsOf.read(file, JSONL, Set.of("id"), ReadLimits.DEFAULT, 1 << 20);
          assertThat(RowsOf.read(file, JSONL, Set.of("id"), new ReadLimits(buffer, 1 << 20), split))
              .isEqualTo(whole);
          String[] lines = text.split("\n", -1);
          List<String> expected = new ArrayList<>();
          for (String line : lines) {
            String row = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (!row.isBlank()) {
              expected.add(row);
            }
          }
          assertThat(RowsOf.texts(whole)).isEqualTo(expected);
          assertThat(whole)
              .allSatisfy(row -> assertThat(lines[(int) row.line() - 1]).startsWith(row.text()));
        });
  }

  @Property(tries = 200)
  void csvRowsComeBackAsTheyWereWritten(
      @ForAll("csvRows") List<List<String>> rows,
      @ForAll @IntRange(min = 16, max = 64) int buffer,
      @ForAll boolean quoteAll,
      @ForAll boolean crlf)
      throws IOException {
    StringWriter text = new StringWriter();
    var builder = CsvWriter.builder().lineDelimiter(crlf ? LineDelimiter.CRLF : LineDelimiter.LF);
    try (CsvWriter writer =
        quoteAll
            ? builder.quoteStrategy(QuoteStrategies.ALWAYS).build(text)
            : builder.build(text)) {
      writer.writeRecord(HEADER);
      rows.forEach(writer::writeRecord);
    }
    InputOptions options = RowsOf.options("csv", KeyColumn.of("id", "string", null), "row");
    inFile(
        text.toString(),
        file -> {
          List<RowsOf.Read> read =
              RowsOf.read(
                  file,
                  options.format(),
                  options.neededColumns(new HashSharding(8)),
                  new ReadLimits(buffer, 1 << 20),
                  1);
          List<Map<String, String>> values = new ArrayList<>();
          for (RowsOf.Read row : read) {
            ShardRow parsed = RowsOf.parsed(options, row.text(), HEADER.toArray(new String[0]));
            values.add(stringsOf(parsed.value));
          }
          assertThat(values).isEqualTo(rows.stream().map(InputPropertiesTest::named).toList());
          assertThat(read).extracting(RowsOf.Read::line).isEqualTo(linesByFastCsv(text.toString()));
        });
  }

  @Property(tries = 300)
  void jsonRowsComeBackAsTheyWereWritten(
      @ForAll("csvRows") List<List<String>> rows, @ForAll long id) throws Exception {
    InputOptions options = RowsOf.options("jsonl", KeyColumn.of("id", "long", null), "json:b\"é,a");
    for (List<String> row : rows) {
      StringWriter text = new StringWriter();
      try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
        json.writeStartObject();
        json.writeStringField("a", row.get(1));
        json.writeNumberField("id", id);
        json.writeStringField("b\"é", row.get(2));
        json.writeEndObject();
      }
      ShardRow parsed = RowsOf.parsed(options, text.toString());
      assertThat(stringsOf(parsed.value)).isEqualTo(Map.of("b\"é", row.get(2), "a", row.get(1)));
      assertThat(parsed.key).isEqualTo(KeyEncoding.I64.encode(id));
      assertThat(parsed.shard).isEqualTo(new HashSharding(8).shardOf(id));
    }
  }

  @Property(tries = 1000)
  void anyLineIsEitherARowOrBadButNothingElse(@ForAll("nearlyJson") String line) {
    assertRowOrBad(line.getBytes(StandardCharsets.UTF_8));
  }

  @Property(tries = 500)
  void aLineWithOneByteChangedIsEitherARowOrBadButNothingElse(
      @ForAll @IntRange(max = 85) int at, @ForAll("interestingBytes") byte changed) {
    byte[] bytes =
        ("{\"id\":-10,\"s\":\"a\\u00e9\\n\\\"b\",\"a\":{\"a\":[1,[],{},null,true,-10.5E+3],"
                + "\"b\":\"\"} ,\"z\":0 }")
            .getBytes(StandardCharsets.UTF_8);
    bytes[at % bytes.length] = changed;
    assertRowOrBad(bytes);
  }

  /** A row's value must be the JSON that Jackson's parser of bytes finds there, too. */
  private static void assertRowOrBad(byte[] line) {
    try {
      ShardRow row =
          RowsOf.parsed(RowsOf.options("jsonl", KeyColumn.of("id", "long", null), "json:a"), line);
      assertThat(JSON.readTree(line).get("a"))
          .as("%s", new String(line, StandardCharsets.UTF_8))
          .isEqualTo(JSON.readTree(row.value).get("a"));
    } catch (BadRowException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    } catch (IOException e) {
      throw new AssertionError(new String(line, StandardCharsets.UTF_8), e);
    }
  }

  @Property(tries = 300)
  void anyRecordIsEitherARowOrBadButNothingElse(@ForAll("nearlyCsv") String line) {
    try {
      RowsOf.parsed(
          RowsOf.options("csv", KeyColumn.of("id", "string", null), "row"), line, "id", "b");
    } catch (BadRowException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }

  @Provide
  Arbitrary<byte[]> nearlyUtf8() {
    Arbitrary<Byte> interesting =
        Arbitraries.of(
                0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4,
                0xF5)
            .map(Integer::byteValue);
    return Arbitraries.oneOf(interesting, Arbitraries.bytes()).array(byte[].class).ofMaxSize(24);
  }

  @Provide
  Arbitrary<Byte> interestingBytes() {
    return Arbitraries.of(
        " \"\\,:{}[]0123eE+-.tfnu/a\n\t\u0001\u007f".chars().mapToObj(c -> (byte) c).toList());
  }

  @Provide
  Arbitrary<String> lines() {
    return Arbitraries.of("\n", "\r\n", "a", "bc", " ", "é", "\"", "x".repeat(40))
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<List<List<String>>> csvRows() {
    Arbitrary<String> text =
        Arbitraries.of("", "a", ",", "\"", "\n", "\r\n", " ", "é", "\\", "\t", "😀", "\u0001")
            .list()
            .ofMaxSize(6)
            .map(parts -> String.join("", parts));
    Arbitrary<String> key =
        Arbitraries.strings().ofMinLength(1).ofMaxLength(5).withCharRange('a', 'z');
    return key.flatMap(
            k -> text.list().ofSize(2).map(values -> List.of(k, values.get(0), values.get(1))))
        .list()
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<String> nearlyJson() {
    return Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"id\"",
            "\"a\"",
            "\"id\":1",
            ",\"a\":2",
            "1",
            "-",
            "0",
            "1.5e3",
            ".",
            "E+",
            "\"",
            "\\",
            "\\u00",
            "null",
            "true",
            " ")
        .list()
        .ofMaxSize(14)
        .map(parts -> "{\"id\":1" + String.join("", parts) + "}");
  }

  @Provide
  Arbitrary<String> nearlyCsv() {
    return Arbitraries.of("\"", "\"\"", ",", "a", "\n", "\r", "é")
        .list()
        .ofMaxSize(14)
        .map(parts -> String.join("", parts));
  }

  private static Map<String, String> named(List<String> row) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < HEADER.size(); i++) {
      named.put(HEADER.get(i), row.get(i));
    }
    return named;
  }

  private static Map<String, String> stringsOf(byte[] json) throws IOException {
    Map<String, String> strings = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      String name;
      while ((name = parser.nextFieldName()) != null) {
        strings.put(name, parser.nextTextValue());
      }
      assertThat(parser.nextToken()).isNull();
    }
    return strings;
  }

  private static List<Long> linesByFastCsv(String text) throws IOException {
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(text)) {
      return reader.stream().skip(1).map(CsvRecord::getStartingLineNumber).toList();
    }
  }

  private interface FileCheck {
    void check(InputFiles file) throws Exception;
  }

  private static void inFile(String text, FileCheck check) throws IOException {
    Path file = Files.createTempFile("rows", ".txt");
    try {
      check.check(RowsOf.files(RowsOf.write(file, text)));
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      Files.delete(file);
    }
  }
}
