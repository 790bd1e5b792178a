package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.key.Key;
import io.shardyfusion.routing.RoutingContext;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one {@code multiGet}: each once, in the caller's order, and by shard. Not
 * thread-safe, but {@link #look} may be called for several shards at the same time.
 *
 * <p>The map of the result is what finds duplicates, so it is made first, and the values come into
 * it in the end. The keys are brought together by shard by sorting longs that name the shard and
 * the place of each: nothing is boxed, and a shard's keys lie side by side in one array.
 */
final class MultiGet<K> {

  /** Looks keys up in one shard. */
  interface Lookup {

    /** Puts the values of the stored keys {@code [from, to)} at their places; null for none. */
    void look(int shard, byte[][] storedKeys, int from, int to, byte[] @Nullable [] values);
  }

  /** The value of a key until it has been looked up. */
  private static final byte[] PENDING = new byte[0];

  private final boolean byContent;

  /** The different keys in the caller's order; a key of bytes as a buffer around a copy. */
  private final Map<Object, byte[]> result;

  /** The shard of a key in the high half, its place in the result in the low one; ascending. */
  private final long[] order;

  /** The stored keys in that order. */
  private final byte[][] storedKeys;

  /** Their values in that order. */
  private final byte[] @Nullable [] values;

  /**
   * The places in that order at which the keys of each shard begin, and after the last one the end.
   */
  private final int[] begins;

  private final int shards;

  /**
   * Takes the keys in.
   *
   * @throws io.shardyfusion.InvalidRequestException if one is not a key of the dataset
   */
  MultiGet(Collection<? extends K> wanted, Manifest manifest) {
    Object[] keys = wanted.toArray();
    byContent = keys.length > 0 && keys[0] instanceof byte[];
    result = new LinkedHashMap<>(keys.length + keys.length / 3 + 1);
    byte[][] encoded = new byte[keys.length][];
    long[] places = new long[keys.length];
    int count = 0;
    for (Object key : keys) {
      Key typed = typed(key, manifest);
      byte[] storedKey = typed.stored(manifest.keyEncoding());
      if (isNew(key, typed)) {
        long shard = manifest.sharding().shardOf(typed, RoutingContext.none());
        encoded[count] = storedKey;
        places[count] = shard << Integer.SIZE | count;
        count++;
      }
    }
    Arrays.sort(places, 0, count);
    order = places;
    storedKeys = new byte[count][];
    values = new byte[count][];
    begins = new int[count + 1];
    int seen = 0;
    for (int i = 0; i < count; i++) {
      storedKeys[i] = encoded[(int) order[i]];
      if (i == 0 || shardAt(i) != shardAt(i - 1)) {
        begins[seen++] = i;
      }
    }
    begins[seen] = count;
    shards = seen;
  }

  private static Key typed(Object key, Manifest manifest) {
    try {
      return Key.ofObject(key);
    } catch (InvalidRequestException e) {
      throw new InvalidRequestException(
          e.getMessage()
              + "; the keys of this dataset are of type "
              + manifest.keyEncoding().type().externalName(),
          e);
    }
  }

  private boolean isNew(Object key, Key typed) {
    boolean isArray = key instanceof byte[];
    if (isArray != byContent) {
      throw new InvalidRequestException(
          "the keys of one multiGet are all of type byte[], or none is; found both");
    }
    // The bytes of the typed key are a copy.
    Object counted = isArray ? ByteBuffer.wrap(typed.canonical()) : key;
    return result.putIfAbsent(counted, PENDING) == null;
  }

  /** The number of different keys. */
  int keys() {
    return storedKeys.length;
  }

  /** In how many shards they are. */
  int shards() {
    return shards;
  }

  /** The id of one of these shards. */
  int shard(int index) {
    return shardAt(begins[index]);
  }

  /** Looks up the keys of one of these shards. */
  void look(int index, Lookup lookup) {
    lookup.look(shard(index), storedKeys, begins[index], begins[index + 1], values);
  }

  /** The keys that are there, in the caller's order; when all shards were looked up, and once. */
  @SuppressWarnings("unchecked") // The keys are the caller's, or buffers if those are byte[].
  Map<K, byte[]> result() {
    byte[] @Nullable [] inCallersOrder = new byte[values.length][];
    for (int i = 0; i < values.length; i++) {
      inCallersOrder[(int) order[i]] = values[i];
    }
    Iterator<Map.Entry<Object, byte[]>> entries = result.entrySet().iterator();
    for (byte[] value : inCallersOrder) {
      Map.Entry<Object, byte[]> entry = entries.next();
      if (value == null) {
        entries.remove();
      } else {
        entry.setValue(value);
      }
    }
    Map<?, byte[]> found =
        byContent
            ? new BytesMap<>((Map<ByteBuffer, byte[]>) (Map<?, byte[]>) result)
            : Collections.unmodifiableMap(result);
    return (Map<K, byte[]>) found;
  }

  private int shardAt(int i) {
    return (int) (order[i] >>> Integer.SIZE);
  }
}
