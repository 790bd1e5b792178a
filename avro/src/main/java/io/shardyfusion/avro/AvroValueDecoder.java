package io.shardyfusion.avro;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.reader.SnapshotInfo;
import io.shardyfusion.reader.ValueDecoder;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.SchemaStore;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A decoder of records in Avro's binary encoding. The schema that they were written by is the one
 * that the manifest of their version records, so it may change from version to version; they come
 * as the schema of whoever asks has them, by Avro's schema resolution: fields that the writer does
 * not have get their default, those that were renamed are found by their alias, an {@code int}
 * becomes a {@code long}.
 *
 * <pre>{@code
 * TypedReader<Long, City> cities =
 *     TypedReader.of(reader, Long.class, AvroValueDecoder.specific(City.class));
 * }</pre>
 *
 * <p>A value in Avro's single-object encoding is decoded by the schema whose fingerprint it states:
 * the version's, or one {@linkplain #knowing added}.
 *
 * <p>Refused are values that end early, have more after the record, or that the resolution does not
 * take. Immutable and thread-safe; schemas are resolved once a version, not once a value.
 *
 * @param <V> the type of the records
 */
public final class AvroValueDecoder<V> implements ValueDecoder<V> {

  private final Setup<V> setup;
  private volatile @Nullable Resolved<V> last;

  /**
   * The choices of the caller.
   *
   * @param data makes the records
   * @param type of the records
   * @param reader the schema that they shall have; null for that of the writer
   * @param unstated the writer's schema of versions that record none
   * @param store knows further schemas of values that state a fingerprint
   */
  record Setup<V>(
      GenericData data,
      Class<V> type,
      @Nullable Schema reader,
      @Nullable Schema unstated,
      @Nullable SchemaStore store) {}

  /** The decoder of the versions that have this schema. */
  private record Resolved<V>(ValueSchema schema, ValueDecoder<V> decoder) {}

  private AvroValueDecoder(Setup<V> setup) {
    this.setup = setup;
  }

  /** A decoder to records that have the schema that they were written by. */
  public static AvroValueDecoder<GenericRecord> generic() {
    return new AvroValueDecoder<>(
        new Setup<>(GenericData.get(), GenericRecord.class, null, null, null));
  }

  /**
   * A decoder to records that have {@code reader} as their schema.
   *
   * @throws InvalidRequestException if that is not of a record
   */
  public static AvroValueDecoder<GenericRecord> generic(Schema reader) {
    return new AvroValueDecoder<>(
        new Setup<>(
            GenericData.get(), GenericRecord.class, ResolvedSchema.record(reader), null, null));
  }

  /**
   * A decoder to a class that Avro has generated, by the schema of that class. The process must
   * trust the class: see Avro's {@link org.apache.avro.util.ClassSecurityValidator}.
   */
  public static <V extends SpecificRecord> AvroValueDecoder<V> specific(Class<V> type) {
    SpecificData data = SpecificData.getForClass(type);
    return new AvroValueDecoder<>(
        new Setup<>(data, type, ResolvedSchema.record(data.getSchema(type)), null, null));
  }

  /**
   * The same decoder, which also decodes versions whose manifest records no schema: their values
   * were written by {@code writer}.
   *
   * @throws InvalidRequestException if that is not of a record
   */
  public AvroValueDecoder<V> writtenBy(Schema writer) {
    return new AvroValueDecoder<>(
        new Setup<>(
            setup.data, setup.type, setup.reader, ResolvedSchema.record(writer), setup.store));
  }

  /**
   * The same decoder, which also knows the schemas of {@code store}, for values in single-object
   * encoding.
   */
  public AvroValueDecoder<V> knowing(SchemaStore store) {
    return new AvroValueDecoder<>(
        new Setup<>(setup.data, setup.type, setup.reader, setup.unstated, store));
  }

  /** The decoder of the version's values, by the schema that its manifest records. */
  @Override
  public ValueDecoder<V> forSnapshot(SnapshotInfo snapshot) {
    ValueSchema schema = snapshot.valueSchema();
    if (schema == null) {
      return this;
    }
    Resolved<V> known = last;
    if (known == null || !known.schema.equals(schema)) {
      known = new Resolved<>(schema, resolve(schema));
      last = known;
    }
    return known.decoder;
  }

  private ValueDecoder<V> resolve(ValueSchema schema) {
    if (schema.kind() != ValueSchema.Kind.AVRO) {
      throw new InvalidRequestException(
          "the manifest says that the values' schema is of kind "
              + schema.kind().externalName()
              + ", expected avro; choose the decoder by what the writer stores");
    }
    return new ResolvedSchema<>(
        setup, ResolvedSchema.record(AvroSchemaLanguage.parse(schema.text())));
  }

  /**
   * Decodes a value of a version that records no schema.
   *
   * @throws InvalidRequestException if {@link #writtenBy} was not called
   */
  @Override
  public V decode(byte[] value) throws Exception {
    if (setup.unstated == null) {
      throw new InvalidRequestException(
          "the manifest records no schema of the values; publish with valueSchema(…), or tell the"
              + " decoder what they were written by: writtenBy(…)");
    }
    return new ResolvedSchema<>(setup, setup.unstated).decode(value);
  }
}
