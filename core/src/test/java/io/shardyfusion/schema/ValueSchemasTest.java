package io.shardyfusion.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ValueSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueSchemasTest {

  private static final String OBJECT = "{\"type\":\"object\"}";

  @TempDir Path directory;

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  private static void refused(Path file, String... parts) {
    assertThatThrownBy(() -> ValueSchemas.read(file))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(file.toString())
        .message()
        .contains(parts);
  }

  @Test
  void aJsonSchemaIsKnownByTheDigestOfItsText() throws IOException {
    ValueSchema schema = ValueSchemas.read(file("city.schema.json", OBJECT.getBytes(UTF_8)));
    assertThat(schema.kind()).isEqualTo(ValueSchema.Kind.JSON_SCHEMA);
    assertThat(schema.text()).isEqualTo(OBJECT);
    assertThat(schema.fingerprint()).isEqualTo(Sha256.of(OBJECT.getBytes(UTF_8)));
    assertThat(ValueSchemas.of(ValueSchema.Kind.JSON_SCHEMA, "true").text()).isEqualTo("true");
  }

  @Test
  void aFileThatIsNoSchemaIsRefusedWithItsName() throws IOException {
    refused(directory.resolve("none.json"), "cannot be read", "NoSuchFile");
    refused(directory.resolve("city.proto"), "expected .avsc for Avro, or .json for JSON Schema");
    refused(file("cut.json", "{\"type\":".getBytes(UTF_8)), "is no JSON");
    refused(file("empty.json", new byte[0]), "found a JSON value of type MISSING");
    refused(file("two.json", (OBJECT + OBJECT).getBytes(UTF_8)), "is no JSON");
    refused(file("list.json", "[]".getBytes(UTF_8)), "is an object, or true or false", "ARRAY");
    refused(file("latin.json", new byte[] {'{', (byte) 0xe9, '}'}), "is not UTF-8");
    refused(
        file("avro.json", "{\"type\":\"record\"}".getBytes(UTF_8)),
        "has no type 'record'",
        ".avsc");
  }

  @Test
  void aSchemaMayBeAsLargeAsTheBoundAndNotLarger() throws IOException {
    String most = OBJECT + " ".repeat(Limits.MAX_VALUE_SCHEMA_BYTES - OBJECT.length());
    assertThat(ValueSchemas.of(ValueSchema.Kind.JSON_SCHEMA, most).text()).isEqualTo(most);
    refused(
        file("large.json", (most + " ").getBytes(UTF_8)),
        "larger than 65536 bytes",
        "leave comments and documentation out",
        "among the custom entries");
    assertThatThrownBy(() -> ValueSchemas.of(ValueSchema.Kind.JSON_SCHEMA, most + " "))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("larger than 65536 bytes");
  }

  @Test
  void aSchemaOfAMissingModuleSaysWhichToAdd() throws IOException {
    refused(
        file("city.avsc", "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}".getBytes(UTF_8)),
        "value schemas of kind avro need the module shardyfusion-avro",
        "add io.shardyfusion:shardyfusion-avro");
  }

  @Test
  void equalSchemasNeedNoModuleAndOthersDo() {
    Sha256 one = Sha256.of(new byte[] {1});
    ValueSchema schema = new ValueSchema(ValueSchema.Kind.AVRO, one, "a");
    ValueSchema spaced = new ValueSchema(ValueSchema.Kind.AVRO, one, "a ");
    assertThat(ValueSchemas.obstacles(schema, spaced)).isEmpty();
    ValueSchema other = new ValueSchema(ValueSchema.Kind.AVRO, Sha256.of(new byte[] {2}), "b");
    assertThatThrownBy(() -> ValueSchemas.obstacles(schema, other))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("add io.shardyfusion:shardyfusion-avro");
    ValueSchema json = ValueSchemas.of(ValueSchema.Kind.JSON_SCHEMA, OBJECT);
    assertThat(ValueSchemas.obstacles(schema, json))
        .containsExactly("it is of kind json-schema instead of avro");
    assertThat(ValueSchemas.obstacles(json, ValueSchemas.of(json.kind(), OBJECT + "\n")))
        .singleElement()
        .asString()
        .contains("cannot be decided");
  }
}
