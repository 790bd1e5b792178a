package io.shardyfusion.reader;

import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.Key;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The lookups in a version of a dataset: through a {@link ShardedReader}, which answers from the
 * version that it serves at that moment, or through a {@link SnapshotView}, which stays on one.
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
 *
 * <p><b>Other implementations</b>, such as fakes and decorators, hold all of this: they are
 * thread-safe, hand out arrays of the caller's own, throw these errors and no others, and what one
 * call returns (the values of a {@code multiGet}, the rows of a cursor) is of one version. Methods
 * that are added later have a default.
 */
public interface Lookups {

  /** Returned by a lookup into a buffer for a key that is not there: -1. */
  int NOT_FOUND = -1;

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
  default byte @Nullable [] get(String key) {
    return get(Key.of(key));
  }

  /**
   * The value of a binary key.
   *
   * @return a new array, or null if the key is not there
   */
  default byte @Nullable [] get(byte[] key) {
    return get(Key.of(key));
  }

  /**
   * The value of a key of any type.
   *
   * @return a new array, or null if the key is not there
   */
  byte @Nullable [] get(Key key);

  /**
   * Reads the value of an integer key into a buffer of the caller's, with no copy on the heap.
   *
   * @param value direct and writable. A value that fits between its position and its limit is
   *     written there, and the limit is set to the value's end, so that the buffer is ready to be
   *     read. Else position and limit stay, and the bytes between them may be anything
   * @return the value's size in bytes, which is more than {@code value} had remaining if it did not
   *     fit: try again with a larger one. Or {@link #NOT_FOUND}
   */
  default int get(long key, ByteBuffer value) {
    return get(Key.of(key), value);
  }

  /** Reads the value of a text key into a buffer, as {@link #get(long, ByteBuffer)} does. */
  default int get(String key, ByteBuffer value) {
    return get(Key.of(key), value);
  }

  /** Reads the value of a binary key into a buffer, as {@link #get(long, ByteBuffer)} does. */
  default int get(byte[] key, ByteBuffer value) {
    return get(Key.of(key), value);
  }

  /** Reads the value of a key into a buffer, as {@link #get(long, ByteBuffer)} does. */
  int get(Key key, ByteBuffer value);

  /**
   * The values of many keys, all from one version; looked up shard by shard, which costs less than
   * one by one.
   *
   * <p>The result is unmodifiable, has the keys that were found, each once, in the caller's order,
   * and nothing for the others. Keys that are arrays are copied, and count by their content: {@code
   * get} with an equal array finds the value.
   *
   * <p>With 256 keys or more in several shards, and with fewer if several of these are not open
   * yet, the reader's own threads that are idle take part. An interrupt does not end the waiting
   * for them.
   *
   * @param keys {@link Long} (or {@link Integer}, {@link Short}, {@link Byte}), {@link String} or
   *     {@code byte[]}, by the dataset's key type, or {@link Key}; if one cannot be looked up, none
   *     is
   */
  <K> Map<K, byte[]> multiGet(Collection<K> keys);

  /**
   * The value of an integer key, looked up later by one of the reader's threads: by a reader in the
   * version that is served then.
   *
   * @return completes as {@link #get(long)} returns or throws; fails with {@link
   *     io.shardyfusion.LimitExceededException} if 1024 lookups wait already, and with {@link
   *     io.shardyfusion.ClosedException} if the reader is closed before. Cancelling it before its
   *     turn spares the lookup
   */
  default CompletableFuture<byte @Nullable []> getAsync(long key) {
    return getAsync(Key.of(key));
  }

  /** The value of a text key, looked up as by {@link #getAsync(long)}. */
  default CompletableFuture<byte @Nullable []> getAsync(String key) {
    return getAsync(Key.of(key));
  }

  /** The value of a binary key, which is copied, looked up as by {@link #getAsync(long)}. */
  default CompletableFuture<byte @Nullable []> getAsync(byte[] key) {
    return getAsync(Key.of(key));
  }

  /** The value of a key of any type, looked up as by {@link #getAsync(long)}. */
  CompletableFuture<byte @Nullable []> getAsync(Key key);

  /**
   * The values of many keys, looked up as by {@link #getAsync(long)}; idle threads take part as in
   * {@link #multiGet}.
   *
   * @param keys are taken from the collection now; keys that are arrays must stay as they are until
   *     this is complete
   */
  <K> CompletableFuture<Map<K, byte[]>> multiGetAsync(Collection<K> keys);

  /**
   * The id of the shard that an integer key belongs to, whether it is there, and served, or not.
   */
  default int route(long key) {
    return route(Key.of(key));
  }

  /** The id of the shard that a text key belongs to, likewise. */
  default int route(String key) {
    return route(Key.of(key));
  }

  /** The id of the shard that a binary key belongs to, likewise. */
  default int route(byte[] key) {
    return route(Key.of(key));
  }

  /** The id of the shard that a key belongs to, likewise. */
  int route(Key key);

  /** The manifest's entry for the shard that an integer key belongs to, likewise. */
  default ShardEntry shardFor(long key) {
    return shardFor(Key.of(key));
  }

  /** The manifest's entry for the shard that a text key belongs to, likewise. */
  default ShardEntry shardFor(String key) {
    return shardFor(Key.of(key));
  }

  /** The manifest's entry for the shard that a binary key belongs to, likewise. */
  default ShardEntry shardFor(byte[] key) {
    return shardFor(Key.of(key));
  }

  /** The manifest's entry for the shard that a key belongs to, likewise. */
  ShardEntry shardFor(Key key);

  /** A cursor over all rows of one shard. The caller closes it. */
  default RowCursor scan(int shard) {
    return scan(shard, KeyRange.all());
  }

  /** A cursor over the rows of one shard that are in a range. The caller closes it. */
  RowCursor scan(int shard, KeyRange range);

  /**
   * A cursor over the rows in a range of all shards that this reader serves, {@linkplain
   * ScanOrder#BY_SHARD shard by shard}. The caller closes it.
   */
  default RowCursor scan(KeyRange range) {
    return scan(range, ScanOrder.BY_SHARD);
  }

  /**
   * A cursor over the rows in a range of all shards that this reader serves. The caller closes it.
   *
   * <p>Opens no shard: the cursor does. A shard whose smallest and largest key, as the manifest has
   * them, leave no row for the range is never opened.
   */
  RowCursor scan(KeyRange range, ScanOrder order);

  /** The version that is looked at. */
  default long version() {
    return snapshot().version();
  }

  /** The facts that the snapshot states about itself. */
  SnapshotInfo snapshot();

  /** The manifest's entries of all shards, by id, including those that are not served. */
  List<ShardEntry> shards();
}
