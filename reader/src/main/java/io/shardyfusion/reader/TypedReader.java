package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ValueDecodeException;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyType;
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
 * Lookups whose values come decoded: a thin layer over a {@link ShardedReader} or a {@link
 * SnapshotView}, which stays the caller's to close.
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

  private final SnapshotLookups lookups;
  private final Class<K> keyClass;
  private final ValueDecoder<V> decoder;

  private TypedReader(SnapshotLookups lookups, Class<K> keyClass, ValueDecoder<V> decoder) {
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
    return new TypedReader<>((SnapshotLookups) lookups, keyClass, decoder);
  }

  /**
   * The value of a key, or null if the key is not there.
   *
   * @throws ValueDecodeException if the decoder does not take the value
   */
  public @Nullable V get(K key) {
    lookups.throttle(1);
    return lookups.ask(
        snapshot -> {
          byte[] value = snapshot.get(Key.ofObject(key));
          return value == null ? null : decode(snapshot, key, value);
        });
  }

  /**
   * The values of many keys, as {@link Lookups#multiGet} has them: unmodifiable, in the caller's
   * order, without those that are not there.
   *
   * @throws ValueDecodeException if the decoder does not take one of the values
   */
  public Map<K, V> multiGet(Collection<K> keys) {
    lookups.throttle(keys.size());
    return lookups.ask(snapshot -> decoded(snapshot, snapshot.multiGet(keys, lookups.pool())));
  }

  /**
   * Gives all rows in a range to {@code action}, all of one version. An exception of the action
   * ends the scan.
   *
   * @throws ValueDecodeException if the decoder does not take a value; that ends the scan, too
   */
  public void forEach(KeyRange range, ScanOrder order, BiConsumer<? super K, ? super V> action) {
    Scan scan = lookups.ask(s -> new Scan(s, s.scan(range, order, lookups.pool())));
    try (RowCursor rows = scan.rows) {
      while (rows.next()) {
        K key = keyClass.cast(rows.key());
        action.accept(key, decode(scan.snapshot, key, rows.value()));
      }
    }
  }

  private record Scan(Snapshot snapshot, RowCursor rows) {}

  @SuppressWarnings("unchecked") // K is byte[] where the keys are wrapped.
  private Map<K, V> decoded(Snapshot snapshot, Map<K, byte[]> found) {
    if (keyClass == byte[].class) {
      Map<ByteBuffer, V> values = new LinkedHashMap<>();
      found.forEach(
          (key, value) -> values.put(ByteBuffer.wrap((byte[]) key), decode(snapshot, key, value)));
      return (Map<K, V>) new BytesMap<>(values);
    }
    Map<K, V> values = new LinkedHashMap<>();
    found.forEach((key, value) -> values.put(key, decode(snapshot, key, value)));
    return Collections.unmodifiableMap(values);
  }

  private V decode(Snapshot snapshot, Object key, byte[] value) {
    V decoded;
    try {
      decoded = decoder.decode(value);
    } catch (Exception e) {
      throw undecodable(snapshot, key, value, "failed", e);
    }
    if (decoded == null) {
      throw undecodable(snapshot, key, value, "gave null", null);
    }
    return decoded;
  }

  private ValueDecodeException undecodable(
      Snapshot snapshot, Object key, byte[] value, String what, @Nullable Exception cause) {
    Key typed = Key.ofObject(key);
    return new ValueDecodeException(
        "the value of the key "
            + typed
            + " in shard "
            + snapshot.route(typed)
            + " of "
            + snapshot
            + " cannot be decoded: the decoder "
            + what
            + " on "
            + value.length
            + " bytes that begin with 0x"
            + HexFormat.of().formatHex(Arrays.copyOf(value, Math.min(value.length, 16)))
            + (cause == null ? "" : ": " + cause)
            + "; the manifest says that values are "
            + snapshot.manifest().valueFormat().externalName()
            + ": choose the decoder by what the writer stores",
        cause);
  }
}
