package io.shardyfusion.reader;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;

/**
 * A decoder of JSON documents by Jackson's data binding: {@link ValueDecoder#json(Class)}.
 *
 * <p>It refuses what is no JSON, has more after the document, or does not fit the type. The JSON
 * value {@code null} is refused, too, unless the type is one that has a value for it, such as
 * {@link com.fasterxml.jackson.databind.JsonNode}. Fields that the type does not have are ignored,
 * at every depth; fields that a document does not have get the type's default. Thread-safe.
 *
 * @param <V> the type that documents are bound to
 */
public final class JsonValueDecoder<V> implements ValueDecoder<V> {

  private final ObjectReader reader;

  JsonValueDecoder(Class<V> type) {
    this(
        new ObjectMapper()
            .readerFor(type)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
  }

  private JsonValueDecoder(ObjectReader reader) {
    this.reader = reader;
  }

  /**
   * The same decoder, but one that refuses documents with a field that the type does not have. A
   * writer that adds a field then fails the lookups of everybody who decodes so.
   */
  public JsonValueDecoder<V> strict() {
    return new JsonValueDecoder<>(reader.with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
  }

  @Override
  public V decode(byte[] value) throws IOException {
    return reader.readValue(value);
  }
}
