package io.shardyfusion.reader;

import io.shardyfusion.format.ShardEntry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a version of a dataset: through a {@link ShardedReader}, which answers from
 * the version that it serves at that moment, or through a {@link SnapshotView}, which stays on one.
 *
 * <p>Thread-safe. Values are new arrays, the caller's own. The first lookup in a shard that is not
 * open yet takes as long as it takes to fetch the shard; every later one needs no network.
 *
 * <p><b>Errors</b>, of every method that says no more:
 *
 * <ul>
 *   <li>{@link io.shardyfusion.InvalidRequestException}: the key is not of the dataset's key type,
 *       cannot be stored in its encoding, or belongs to a shard that this reader does not serve
 *   <li>{@link io.shardyfusion.DataDamagedException}: files of the shard are missing or damaged,
 *       here and in the store
 *   <li>{@link io.shardyfusion.StorageException}: the shard was not open yet, and could not be
 *       fetched; the next lookup tries again
 *   <li>{@link io.shardyfusion.ClosedException}: the reader, or the view, is closed
 * </ul>
 */
public sealed interface Lookups permits ShardedReader, SnapshotView {

  /**
   * The value of an integer key.
   *
   * @return a new array, or null if the key is not there
   */
  byte @Nullable [] get(long key);

  /**
   * The value of a text key.
   *
   * @return a new array, or null if the key is not there
   */
  byte @Nullable [] get(String key);

  /**
   * The value of a binary key.
   *
   * @return a new array, or null if the key is not there
   */
  byte @Nullable [] get(byte[] key);

  /**
   * The values of many keys, all from one version; looked up shard by shard, which costs less than
   * one by one.
   *
   * <p>The result is unmodifiable, has the keys that were found, each once, in the caller's order,
   * and nothing for the others. Keys that are arrays are copied, and count by their content: {@code
   * get} with an equal array finds the value.
   *
   * @param keys {@link Long} (or {@link Integer}, {@link Short}, {@link Byte}), {@link String} or
   *     {@code byte[]}, by the dataset's key type; if one cannot be looked up, none is
   */
  <K> Map<K, byte[]> multiGet(Collection<K> keys);

  /** The shard of an integer key, whether it is there or not. */
  int shardFor(long key);

  /** The shard of a text key, whether it is there or not. */
  int shardFor(String key);

  /** The shard of a binary key, whether it is there or not. */
  int shardFor(byte[] key);

  /** A cursor over all rows of one shard. The caller closes it. */
  default ShardCursor scan(int shard) {
    return scan(shard, KeyRange.all());
  }

  /** A cursor over the rows of one shard that are in a range. The caller closes it. */
  ShardCursor scan(int shard, KeyRange range);

  /** The version that is looked at. */
  default long version() {
    return snapshot().version();
  }

  /** What the snapshot says of itself. */
  SnapshotInfo snapshot();

  /** What the manifest says of each shard, by id; of all of them, also those not served. */
  List<ShardEntry> shards();
}
