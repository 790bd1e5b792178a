package io.shardyfusion.reader;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.key.KeyType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one {@code multiGet}: each once, in the caller's order, and by shard. Not
 * thread-safe.
 */
final class MultiGet<K> {

  /** The keys of one shard, as they are stored, and their places among all. */
  private static final class Batch {
    final List<byte[]> storedKeys = new ArrayList<>();
    final List<Integer> places = new ArrayList<>();
  }

  private final Manifest manifest;
  private final List<K> keys = new ArrayList<>();
  private final Map<Integer, Batch> batches = new TreeMap<>();

  /**
   * Takes the keys in.
   *
   * @throws io.shardyfusion.InvalidRequestException if one is not a key of the dataset
   */
  MultiGet(Collection<? extends K> wanted, Manifest manifest) {
    this.manifest = manifest;
    Set<Object> seen = new HashSet<>();
    for (K key : wanted) {
      byte[] storedKey = Keys.encode(manifest.keyEncoding(), key);
      if (seen.add(key instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : key)) {
        Batch batch =
            batches.computeIfAbsent(Keys.shardOf(manifest.sharding(), key), s -> new Batch());
        batch.storedKeys.add(storedKey);
        batch.places.add(keys.size());
        keys.add(key);
      }
    }
  }

  /**
   * Looks the keys up, shard by shard.
   *
   * @param lookup the values of stored keys in a shard, in their order; null where there is none
   * @return the keys that are there, in the caller's order
   */
  Map<K, byte[]> look(BiFunction<Integer, List<byte[]>, List<byte @Nullable []>> lookup) {
    byte[] @Nullable [] values = new byte[keys.size()][];
    batches.forEach(
        (shard, batch) -> {
          List<byte @Nullable []> found = lookup.apply(shard, batch.storedKeys);
          for (int i = 0; i < found.size(); i++) {
            values[batch.places.get(i)] = found.get(i);
          }
        });
    return manifest.keyEncoding().type() == KeyType.BYTES ? byContent(values) : byEquality(values);
  }

  private Map<K, byte[]> byEquality(byte[] @Nullable [] values) {
    Map<K, byte[]> found = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        found.put(keys.get(i), values[i]);
      }
    }
    return Collections.unmodifiableMap(found);
  }

  @SuppressWarnings("unchecked") // K is byte[], or a supertype of it.
  private Map<K, byte[]> byContent(byte[] @Nullable [] values) {
    BytesMap found = new BytesMap();
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        found.add((byte[]) keys.get(i), values[i]);
      }
    }
    return (Map<K, byte[]>) found;
  }
}
