package io.shardyfusion.reader;

import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Makes the values of a {@link TypedReader} from their bytes. Must be thread-safe if lookups come
 * from several threads.
 *
 * @param <V> what the values are
 */
@FunctionalInterface
public interface ValueDecoder<V> {

  /**
   * Returns the value that the bytes stand for; never null.
   *
   * @param value a new array, which the decoder may keep
   * @throws Exception if they stand for nothing; the lookup then fails with a {@link
   *     io.shardyfusion.ValueDecodeException} that says which key it was
   */
  V decode(byte[] value) throws Exception;

  /**
   * The decoder of the values of one version, which knows what its manifest records, such as the
   * {@linkplain SnapshotInfo#valueSchema schema} that they were written by. Asked for when a {@link
   * TypedReader} comes upon a version, not for each value.
   *
   * @return this one, unless a decoder depends on that
   */
  default ValueDecoder<V> forSnapshot(SnapshotInfo snapshot) {
    return this;
  }

  /** A decoder of UTF-8 text, which refuses what is not valid. */
  static ValueDecoder<String> utf8() {
    return value -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
  }

  /**
   * A decoder of JSON documents by Jackson's data binding, which is here and in no module of its
   * own because every reader has Jackson: manifests are JSON. Fields that {@code type} does not
   * have are ignored, so that the writer may add some without asking its readers; {@link
   * JsonValueDecoder#strict} refuses them.
   */
  static <V> JsonValueDecoder<V> json(Class<V> type) {
    return new JsonValueDecoder<>(type);
  }

  /**
   * A decoder of JSON documents by a reader that the caller has configured, for a type that the
   * caller knows. Nothing is changed in it: Jackson's own default refuses fields that the type does
   * not have.
   */
  static <V> ValueDecoder<V> json(ObjectReader reader) {
    return reader::readValue;
  }
}
