package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ValueDecodeException;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.reader.VersionedLookups.Found;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Lookups whose values come decoded: a thin layer over a {@link ShardedReader}, a {@link
 * SnapshotView} or other {@link Lookups}, which stay the caller's to close.
 *
 * <pre>{@code
 * TypedReader<Long, City> cities =
 *     TypedReader.of(reader, Long.class, ValueDecoder.json(City.class));
 * City city = cities.get(2988507L); // null: not there
 * }</pre>
 *
 * <p>Thread-safe, as far as the decoder is. Errors are those of {@link Lookups}; a value that the
 * decoder refuses is a {@link ValueDecodeException} that names dataset, version, shard and key.
 *
 * @param <K> {@link Long}, {@link String} or {@code byte[]}
 * @param <V> what the decoder makes
 */
public final class TypedReader<K, V> {

  private final VersionedLookups lookups;
  private final Class<K> keyClass;
  private final ValueDecoder<V> decoder;
  private volatile @Nullable Bound<V> last;

  /** The decoder of the values of a version, which only changes when the version does. */
  private record Bound<V>(ManifestRef version, ValueDecoder<V> decoder) {}

  private TypedReader(VersionedLookups lookups, Class<K> keyClass, ValueDecoder<V> decoder) {
    this.lookups = lookups;
    this.keyClass = keyClass;
    this.decoder = decoder;
  }

  /**
   * Lookups in what {@code lookups} looks at.
   *
   * @param keyClass {@code Long.class}, {@code String.class} or {@code byte[].class}, by the
   *     dataset's key type
   * @throws InvalidRequestException if the dataset has keys of another type
   * @throws io.shardyfusion.ClosedException if the reader, or the view, is closed
   */
  public static <K, V> TypedReader<K, V> of(
      Lookups lookups, Class<K> keyClass, ValueDecoder<V> decoder) {
    KeyType type = lookups.snapshot().keyEncoding().type();
    Class<?> expected = type.valueClass();
    if (keyClass != expected) {
      throw new InvalidRequestException(
          "the dataset's keys are of type "
              + type.externalName()
              + ": expected "
              + expected.getSimpleName()
              + ".class, found "
              + keyClass.getTypeName()
              + ".class");
    }
    return new TypedReader<>(VersionedLookups.of(lookups), keyClass, decoder);
  }

  /**
   * The value of a key, or null if the key is not there.
   *
   * @throws ValueDecodeException if the decoder does not take the value
   */
  public @Nullable V get(K key) {
    Found<byte[]> found = lookups.get(Key.ofObject(key));
    return found == null ? null : decode(found, key, found.value());
  }

  /**
   * The values of many keys, as {@link Lookups#multiGet} has them: unmodifiable, in the caller's
   * order, without those that are not there.
   *
   * @throws ValueDecodeException if the decoder does not take one of the values
   */
  public Map<K, V> multiGet(Collection<K> keys) {
    return decoded(lookups.multiGet(keys));
  }

  /**
   * Gives all rows in a range to {@code action}, all of one version. An exception of the action
   * ends the scan.
   *
   * @throws ValueDecodeException if the decoder does not take a value; that ends the scan, too
   */
  public void forEach(KeyRange range, ScanOrder order, BiConsumer<? super K, ? super V> action) {
    Found<RowCursor> found = lookups.scan(range, order);
    try (RowCursor rows = found.value()) {
      while (rows.next()) {
        K key = keyClass.cast(rows.key());
        action.accept(key, decode(found, key, rows.value()));
      }
    }
  }

  @SuppressWarnings("unchecked") // K is byte[] where the keys are wrapped.
  private Map<K, V> decoded(Found<Map<K, byte[]>> found) {
    if (keyClass == byte[].class) {
      Map<ByteBuffer, V> values = new LinkedHashMap<>();
      found
          .value()
          .forEach(
              (key, value) -> values.put(ByteBuffer.wrap((byte[]) key), decode(found, key, value)));
      return (Map<K, V>) new BytesMap<>(values);
    }
    Map<K, V> values = new LinkedHashMap<>();
    found.value().forEach((key, value) -> values.put(key, decode(found, key, value)));
    return Collections.unmodifiableMap(values);
  }

  private V decode(Found<?> found, Object key, byte[] value) {
    V decoded;
    try {
      decoded = decoder(found.version()).decode(value);
    } catch (Exception e) {
      throw undecodable(found, key, value, "failed", e);
    }
    if (decoded == null) {
      throw undecodable(found, key, value, "gave null", null);
    }
    return decoded;
  }

  private ValueDecoder<V> decoder(SnapshotInfo version) {
    Bound<V> bound = last;
    if (bound == null || !bound.version.equals(version.manifest())) {
      bound = new Bound<>(version.manifest(), decoder.forSnapshot(version));
      last = bound;
    }
    return bound.decoder;
  }

  private ValueDecodeException undecodable(
      Found<?> found, Object key, byte[] value, String what, @Nullable Exception cause) {
    Key typed = Key.ofObject(key);
    return new ValueDecodeException(
        "the value of the key "
            + typed
            + " in shard "
            + lookups.route(typed)
            + " of "
            + found.source()
            + " cannot be decoded: the decoder "
            + what
            + " on "
            + value.length
            + " bytes that begin with 0x"
            + HexFormat.of().formatHex(Arrays.copyOf(value, Math.min(value.length, 16)))
            + (cause == null ? "" : ": " + cause)
            + "; the manifest says that values are "
            + found.version().valueFormat().externalName()
            + schema(found.version())
            + ": choose the decoder by what the writer stores",
        cause);
  }

  private static String schema(SnapshotInfo version) {
    ValueSchema schema = version.valueSchema();
    return schema == null ? "" : ", by the schema " + schema;
  }
}
