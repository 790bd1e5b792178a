package io.shardyfusion.avro;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.reader.ValueDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * A decoder of values that were written by one schema, unless they state another. Avro's readers of
 * data may be shared by threads.
 */
final class ResolvedSchema<V> implements ValueDecoder<V> {

  /** The header of the single-object encoding: two bytes, and the schema's fingerprint. */
  private static final int HEADER = 10;

  private final AvroValueDecoder.Setup<V> setup;
  private final DatumReader<?> values;
  private final long fingerprint;

  /** By fingerprint, of the schemas that values stated and the caller's store knows. */
  private final Map<Long, DatumReader<?>> stated = new ConcurrentHashMap<>();

  ResolvedSchema(AvroValueDecoder.Setup<V> setup, Schema writer) {
    this.setup = setup;
    this.values = reader(writer);
    this.fingerprint = SchemaNormalization.parsingFingerprint64(writer);
  }

  /** The schema, which must be of a record. */
  static Schema record(Schema schema) {
    if (schema.getType() != Schema.Type.RECORD) {
      throw new InvalidRequestException(
          "expected the Avro schema of a record, found one of type " + schema.getType().getName());
    }
    return schema;
  }

  private DatumReader<?> reader(Schema writer) {
    return setup.data().createDatumReader(writer, setup.reader() == null ? writer : setup.reader());
  }

  @Override
  public V decode(byte[] value) throws IOException {
    if (value.length < HEADER || value[0] != (byte) 0xc3 || value[1] != 1) {
      return decode(values, value, 0);
    }
    long found = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    DatumReader<?> reader = found == fingerprint ? values : stated(found);
    if (reader != null) {
      return decode(reader, value, HEADER);
    }
    // Also the first bytes of some records without a header.
    try {
      return decode(values, value, 0);
    } catch (IOException | RuntimeException e) {
      throw new AvroTypeException(
          "the value begins as in single-object encoding with the schema fingerprint %s, which is neither the version's %s nor known to a schema store (knowing(…)); and without a header it is: %s"
              .formatted(hex(found), hex(fingerprint), e),
          e);
    }
  }

  private static String hex(long found) {
    return HexFormat.of().toHexDigits(found);
  }

  private @Nullable DatumReader<?> stated(long found) {
    DatumReader<?> known = stated.get(found);
    if (known == null && setup.store() != null) {
      Schema writer = setup.store().findByFingerprint(found);
      if (writer != null) {
        known = reader(record(writer));
        stated.put(found, known);
      }
    }
    return known;
  }

  private V decode(DatumReader<?> reader, byte[] value, int from) throws IOException {
    BinaryDecoder bytes =
        DecoderFactory.get().binaryDecoder(value, from, value.length - from, null);
    V decoded = setup.type().cast(reader.read(null, bytes));
    if (!bytes.isEnd()) {
      throw new AvroTypeException(
          "expected %s bytes, as the schema has it, found %s"
              .formatted(value.length - bytes.inputStream().available(), value.length));
    }
    return decoded;
  }
}
