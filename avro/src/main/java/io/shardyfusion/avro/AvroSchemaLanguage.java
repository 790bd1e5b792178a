package io.shardyfusion.avro;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.schema.SchemaLanguage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;

/** Avro schemas, for those who record and compare them. Found as a service. */
public final class AvroSchemaLanguage implements SchemaLanguage {

  /** For {@link java.util.ServiceLoader}. */
  public AvroSchemaLanguage() {}

  @Override
  public ValueSchema.Kind kind() {
    return ValueSchema.Kind.AVRO;
  }

  @Override
  public Sha256 fingerprint(String text) {
    return Sha256.of(
        SchemaNormalization.toParsingForm(parse(text)).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public List<String> obstacles(String reader, String writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(parse(reader), parse(writer))
        .getResult()
        .getIncompatibilities()
        .stream()
        .map(
            found ->
                found.getType()
                    + " at "
                    + found.getLocation()
                    + ": "
                    + Printable.line(found.getMessage()))
        .toList();
  }

  static Schema parse(String text) {
    try {
      return new Schema.Parser().parse(text);
    } catch (AvroRuntimeException e) {
      throw new InvalidRequestException(
          "the value schema is no Avro schema: " + Printable.line(String.valueOf(e.getMessage())),
          e);
    }
  }
}
