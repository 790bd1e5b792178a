package io.shardyfusion.reader;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a {@link TypedReader} makes values of. Thread-safe, if lookups come from several threads.
 *
 * @param <V> what the values are
 */
@FunctionalInterface
public interface ValueDecoder<V> {

  /**
   * What the bytes stand for; never null.
   *
   * @param value a new array, which the decoder may keep
   * @throws Exception if they stand for nothing; the lookup then fails, and says which key it was
   */
  V decode(byte[] value) throws Exception;

  /** A decoder of UTF-8 text, which refuses what is not valid. */
  static ValueDecoder<String> utf8() {
    return value -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
  }

  /**
   * A decoder of JSON documents by Jackson's data binding, which refuses what has more after the
   * document. The JSON value {@code null} is refused, too, unless {@code type} is one that has a
   * value for it, such as {@link com.fasterxml.jackson.databind.JsonNode}.
   */
  static <V> ValueDecoder<V> json(Class<V> type) {
    return json(
        new ObjectMapper().readerFor(type).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS));
  }

  /**
   * A decoder of JSON documents by a reader that the caller has configured, for a type that the
   * caller knows.
   */
  static <V> ValueDecoder<V> json(ObjectReader reader) {
    return reader::readValue;
  }
}
