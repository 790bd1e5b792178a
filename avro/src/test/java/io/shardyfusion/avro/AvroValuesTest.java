package io.shardyfusion.avro;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ValueDecodeException;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ScanOrder;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotView;
import io.shardyfusion.reader.TypedReader;
import io.shardyfusion.reader.ValueDecoder;
import io.shardyfusion.schema.ValueSchemas;
import io.shardyfusion.writer.SnapshotWriter;
import io.shardyfusion.writer.SnapshotWriterOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.SchemaStore;
import org.apache.avro.util.ClassSecurityValidator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AvroValuesTest {

  private static final String NAME = "{\"name\":\"name\",\"type\":\"string\"}";
  private static final String LABEL = "{\"name\":\"label\",\"type\":\"string\"}";
  private static final String INT = "{\"name\":\"population\",\"type\":\"int\"}";
  private static final String LONG = "{\"name\":\"population\",\"type\":\"long\"}";
  private static final String COUNTRY =
      "{\"name\":\"country\",\"type\":\"string\",\"default\":\"?\"}";
  private static final String OWN_COUNTRY = "{\"name\":\"country\",\"type\":\"string\"}";

  @TempDir private Path directory;

  private final List<AutoCloseable> opened = new ArrayList<>();

  /** Avro makes no instance of a class that the process does not trust. */
  @BeforeAll
  static void trustGeneratedClasses() {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.DEFAULT,
            ClassSecurityValidator.builder().add(City.class).build()));
  }

  @AfterAll
  static void trustAsBefore() {
    ClassSecurityValidator.setGlobal(ClassSecurityValidator.DEFAULT);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private static String city(String... fields) {
    return "{\"type\":\"record\",\"name\":\"City\",\"namespace\":\"io.shardyfusion.avro\",\"fields\":["
        + String.join(",", fields)
        + "]}";
  }

  private static ValueSchema schema(String text) {
    return ValueSchemas.of(ValueSchema.Kind.AVRO, text);
  }

  private static Schema parsed(String text) {
    return new Schema.Parser().parse(text);
  }

  /** A record of values in the order of the schema's fields. */
  private static GenericRecord record(String schema, Object... values) {
    GenericRecord made = new GenericData.Record(parsed(schema));
    for (int i = 0; i < values.length; i++) {
      made.put(i, values[i]);
    }
    return made;
  }

  private static byte[] bytes(GenericRecord made) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<GenericRecord>(made.getSchema()).write(made, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] withHeader(GenericRecord made) throws IOException {
    ByteBuffer out =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), made.getSchema()).encode(made);
    return Arrays.copyOfRange(out.array(), out.position(), out.limit());
  }

  private String dataset() {
    return directory.resolve("dataset").toUri().toString();
  }

  private SnapshotWriterOptions.Builder options() {
    return SnapshotWriterOptions.builder(dataset()).shards(2);
  }

  private static void publish(SnapshotWriterOptions.Builder options, byte[]... values) {
    try (SnapshotWriter writer = SnapshotWriter.open(options.build())) {
      for (int i = 0; i < values.length; i++) {
        writer.put(i, values[i]);
      }
      writer.publish();
    }
  }

  private ShardedReader reader() {
    ShardedReader reader =
        ShardedReader.open(
            ReaderOptions.builder(dataset())
                .cacheDirectory(directory.resolve("cache"))
                .refreshInterval(Duration.ZERO)
                .build());
    opened.add(reader);
    return reader;
  }

  @Test
  void recordsComeBackAsTheyWereWritten() {
    String text = city(NAME, LONG);
    GenericRecord paris = record(text, "Paris", 2_100_000L);
    publish(options().valueSchema(schema(text)), bytes(paris), bytes(record(text, "", -1L)));

    ShardedReader reader = reader();
    assertThat(reader.snapshot().valueSchema()).isEqualTo(schema(text));
    TypedReader<Long, GenericRecord> cities =
        TypedReader.of(reader, Long.class, AvroValueDecoder.generic());
    assertThat(cities.get(0L)).hasToString(paris.toString());
    assertThat(cities.get(7L)).isNull();
    assertThat(cities.multiGet(List.of(1L, 0L, 7L))).containsOnlyKeys(1L, 0L);
    Map<Long, String> scanned = new HashMap<>();
    cities.forEach(
        KeyRange.all(), ScanOrder.BY_KEY, (key, city) -> scanned.put(key, city.get(0).toString()));
    assertThat(scanned).containsExactlyInAnyOrderEntriesOf(Map.of(0L, "Paris", 1L, ""));
  }

  @Test
  void aReaderGoesFromOneSchemaToAnotherWhileAViewStaysWithItsOwn() {
    String first = city(NAME, INT);
    String second = city(NAME, INT, COUNTRY);
    String third = city(LABEL, COUNTRY, LONG);
    publish(options().valueSchema(schema(first)), bytes(record(first, "Paris", 21)));
    ShardedReader reader = reader();
    AvroValueDecoder<City> decoder = AvroValueDecoder.specific(City.class);
    TypedReader<Long, City> cities = TypedReader.of(reader, Long.class, decoder);
    assertThat(cities.get(0L)).as("int to long, a default").hasToString("Paris 21 ?");
    try (SnapshotView view = reader.view()) {
      TypedReader<Long, City> before = TypedReader.of(view, Long.class, decoder);

      publish(options().valueSchema(schema(second)), bytes(record(second, "Paris", 22, "FR")));
      assertThat(reader.refresh()).isTrue();
      assertThat(cities.get(0L)).as("a field added").hasToString("Paris 22 FR");
      assertThat(before.get(0L)).hasToString("Paris 21 ?");

      publish(
          options().valueSchema(schema(third)).allowSchemaChange(),
          bytes(record(third, "Paris", "FR", 23L)));
      assertThat(reader.refresh()).isTrue();
      assertThat(cities.get(0L)).as("renamed, and in another order").hasToString("Paris 23 FR");
      assertThat(before.get(0L)).hasToString("Paris 21 ?");
    }
  }

  /** Values that are written by {@code to} are decoded by those who have {@code from}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a field more                    | n,i   | n,i,c | fine
          a field less that has a default | n,i,c | n,i   | fine
          a field less that has none      | n,i,o | n,i   | READER_FIELD_MISSING_DEFAULT_VALUE
          an int where a long was         | n,l   | n,i   | fine
          a long where an int was         | n,i   | n,l   | TYPE_MISMATCH
          a name that is not known        | n,i   | b,i   | READER_FIELD_MISSING_DEFAULT_VALUE
          another order of the fields     | n,i   | i,n   | fine
          """)
  void aChangeIsRefusedExactlyWhereTheOldSchemaCannotReadIt(
      String change, String from, String to, String expected) {
    publish(options().valueSchema(schema(fields(from))), value(from));
    SnapshotWriterOptions.Builder changed = options().valueSchema(schema(fields(to)));
    if (expected.equals("fine")) {
      publish(changed, value(to));
    } else {
      assertThatThrownBy(() -> publish(changed, value(to)))
          .as(change)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining(expected)
          .hasMessageContaining("version 1")
          .hasMessageContaining(schema(fields(from)).toString())
          .hasMessageContaining("allow the change with allowSchemaChange()");
      publish(changed.allowSchemaChange(), value(to));
    }
    assertThat(reader().snapshot().valueSchema()).isEqualTo(schema(fields(to)));
  }

  private static String fields(String letters) {
    return city(
        Arrays.stream(letters.split(",", -1))
            .map(
                letter ->
                    switch (letter) {
                      case "n" -> NAME;
                      case "b" -> LABEL;
                      case "i" -> INT;
                      case "l" -> LONG;
                      case "c" -> COUNTRY;
                      default -> OWN_COUNTRY;
                    })
            .toArray(String[]::new));
  }

  private static byte[] value(String letters) {
    Object[] values =
        Arrays.stream(letters.split(",", -1))
            .map(
                letter ->
                    switch (letter) {
                      case "i" -> (Object) 1;
                      case "l" -> 1L;
                      default -> "x";
                    })
            .toArray();
    return bytes(record(fields(letters), values));
  }

  @Test
  void aSchemaThatOnlyLooksOtherwiseIsTheSameAndOneThatGoesMissingIsNot() {
    String text = city(NAME, LONG);
    String spaced = text.replace(",", " ,\n").replace("\"fields\"", "\"doc\":\"x\",\"fields\"");
    assertThat(schema(spaced).fingerprint()).isEqualTo(schema(text).fingerprint());
    byte[] value = bytes(record(text, "a", 1L));
    publish(options(), value);
    publish(options().valueSchema(schema(text)), value);
    publish(options().valueSchema(schema(spaced)), value);
    assertThatThrownBy(() -> publish(options(), value))
        .hasMessageContaining("and this run none")
        .hasMessageContaining("give it with valueSchema(…)");
    ValueSchema json = ValueSchemas.of(ValueSchema.Kind.JSON_SCHEMA, "{\"type\":\"object\"}");
    assertThatThrownBy(() -> publish(options().valueSchema(json), value))
        .hasMessageContaining("it is of kind json-schema instead of avro");
    publish(options().allowSchemaChange(), value);
    assertThat(reader().snapshot().valueSchema()).isNull();
  }

  @Test
  void aValueThatIsNotOfTheSchemaIsRefusedWithItsPlace() {
    String text = city(NAME, LONG);
    byte[] whole = bytes(record(text, "Paris", 2_100_000L));
    publish(
        options().valueSchema(schema(text)),
        whole,
        Arrays.copyOf(whole, whole.length - 1),
        Arrays.copyOf(whole, whole.length + 1),
        new byte[0],
        "{\"name\":\"Paris\"}".getBytes(UTF_8),
        new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
    TypedReader<Long, GenericRecord> cities =
        TypedReader.of(reader(), Long.class, AvroValueDecoder.generic());
    assertThat(cities.get(0L)).isNotNull();
    for (long key = 1; key < 6; key++) {
      long refused = key;
      assertThatThrownBy(() -> cities.get(refused))
          .isInstanceOf(ValueDecodeException.class)
          .hasMessageContaining("the key " + key + " in shard ")
          .hasMessageContaining("by the schema " + schema(text));
    }
    assertThatThrownBy(() -> cities.get(2L))
        .hasMessageContaining("expected 10 bytes")
        .hasMessageContaining("found 11");
  }

  @Test
  void aReadersSchemaThatDoesNotFitSaysWhichFieldIsMissing() {
    String text = city(NAME);
    publish(options().valueSchema(schema(text)), bytes(record(text, "Paris")));
    TypedReader<Long, City> cities =
        TypedReader.of(reader(), Long.class, AvroValueDecoder.specific(City.class));
    assertThatThrownBy(() -> cities.get(0L))
        .isInstanceOf(ValueDecodeException.class)
        .hasMessageContaining("missing required field population");
  }

  @Test
  void aVersionWithoutASchemaIsDecodedByTheOneThatTheCallerKnows() {
    String text = city(NAME, INT);
    publish(options(), bytes(record(text, "Paris", 21)));
    ShardedReader reader = reader();
    AvroValueDecoder<City> decoder = AvroValueDecoder.specific(City.class);
    assertThatThrownBy(() -> TypedReader.of(reader, Long.class, decoder).get(0L))
        .isInstanceOf(ValueDecodeException.class)
        .hasMessageContaining("publish with valueSchema(…)")
        .hasMessageContaining("writtenBy(…)");
    TypedReader<Long, City> cities =
        TypedReader.of(reader, Long.class, decoder.writtenBy(parsed(text)));
    assertThat(cities.get(0L)).hasToString("Paris 21 ?");
  }

  @Test
  void valuesThatStateTheirSchemaAreDecodedByIt() throws IOException {
    String now = city(NAME, LONG);
    String before = city(LABEL, INT, COUNTRY);
    publish(
        options().valueSchema(schema(now)),
        withHeader(record(now, "Paris", 22L)),
        withHeader(record(before, "Paris", 21, "FR")),
        bytes(record(now, "Paris", 23L)));
    ShardedReader reader = reader();
    AvroValueDecoder<City> decoder = AvroValueDecoder.specific(City.class);
    TypedReader<Long, City> cities = TypedReader.of(reader, Long.class, decoder);
    assertThat(cities.get(0L)).hasToString("Paris 22 ?");
    assertThat(cities.get(2L)).hasToString("Paris 23 ?");
    assertThatThrownBy(() -> cities.get(1L))
        .isInstanceOf(ValueDecodeException.class)
        .hasMessageContaining("single-object encoding with the schema fingerprint")
        .hasMessageContaining("knowing(…)");
    SchemaStore.Cache store = new SchemaStore.Cache();
    store.addSchema(parsed(before));
    assertThat(TypedReader.of(reader, Long.class, decoder.knowing(store)).get(1L))
        .hasToString("Paris 21 FR");
  }

  @Test
  void aRecordThatOnlyBeginsAsOneThatStatesItsSchemaIsDecoded() {
    String text = city(LONG, NAME);
    byte[] value = bytes(record(text, -98L, "a name of some length"));
    assertThat(value).startsWith(0xc3, 0x01);
    publish(options().valueSchema(schema(text)), value);
    assertThat(TypedReader.of(reader(), Long.class, AvroValueDecoder.specific(City.class)).get(0L))
        .hasToString("a name of some length -98 ?");
  }

  @Test
  void aDecoderOfAnotherKindOfSchemaIsToldFromThisOne() {
    ValueSchema json = ValueSchemas.of(ValueSchema.Kind.JSON_SCHEMA, "{\"type\":\"object\"}");
    publish(options().valueSchema(json), "{}".getBytes(UTF_8));
    ShardedReader reader = reader();
    assertThatThrownBy(() -> TypedReader.of(reader, Long.class, AvroValueDecoder.generic()).get(0L))
        .isInstanceOf(ValueDecodeException.class)
        .hasMessageContaining("of kind json-schema, expected avro");
    assertThat(TypedReader.of(reader, Long.class, ValueDecoder.utf8()).get(0L)).isEqualTo("{}");
    assertThatThrownBy(() -> AvroValueDecoder.generic(Schema.create(Schema.Type.STRING)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("found one of type string");
  }

  @Test
  void aTextThatIsNoAvroSchemaIsRefusedBeforeAnythingIsRecorded() {
    for (String text :
        List.of("", "{", "{\"type\":\"thing\"}", city(NAME, NAME), "{\"type\":\"object\"}")) {
      assertThatThrownBy(() -> schema(text))
          .as(text)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("is no Avro schema");
    }
  }
}
