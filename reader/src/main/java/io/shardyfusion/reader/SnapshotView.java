package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A view of one version of a dataset, which it keeps open until it is closed: all lookups through
 * it see the same snapshot. It costs next to nothing to make.
 *
 * <p>Thread-safe. It ends with its reader. Values are new arrays, the caller's own.
 */
public final class SnapshotView implements AutoCloseable {

  private final Snapshot snapshot;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** A view that takes the caller's pin over. */
  SnapshotView(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  /**
   * The value of an integer key.
   *
   * @return a new array, or null if the key is not there
   * @throws InvalidRequestException if the dataset's keys are no integers, or this one is out of
   *     their range
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the view or its reader is closed
   */
  public byte @Nullable [] get(long key) {
    return pinned().get(key);
  }

  /**
   * The value of a text key.
   *
   * @return a new array, or null if the key is not there
   * @throws InvalidRequestException if the dataset's keys are no text, or this one has no UTF-8
   *     form or is too long
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the view or its reader is closed
   */
  public byte @Nullable [] get(String key) {
    return pinned().get(key);
  }

  /**
   * The value of a binary key.
   *
   * @return a new array, or null if the key is not there
   * @throws InvalidRequestException if the dataset's keys are not bytes, or this one is too long
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the view or its reader is closed
   */
  public byte @Nullable [] get(byte[] key) {
    return pinned().get(key);
  }

  /**
   * The values of many keys, all from one version; looked up shard by shard, which costs less than
   * one by one.
   *
   * <p>The result is unmodifiable, has the keys that were found, each once, in the caller's order,
   * and nothing for the others. Keys that are arrays are copied, and count by their content: {@code
   * get} with an equal array finds the value.
   *
   * @param keys {@link Long} (or {@link Integer}, {@link Short}, {@link Byte}), {@link String} or
   *     {@code byte[]}, by the dataset's key type
   * @throws InvalidRequestException if one is null, or not a key of this dataset; then none is
   *     looked up
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the view or its reader is closed
   */
  public <K> Map<K, byte[]> multiGet(Collection<K> keys) {
    return pinned().multiGet(keys);
  }

  /**
   * The shard of an integer key, whether it is there or not. Throws what {@link #get(long)} throws,
   * without a look.
   */
  public int shardFor(long key) {
    return pinned().shardFor(key);
  }

  /** The shard of a text key, likewise. */
  public int shardFor(String key) {
    return pinned().shardFor(key);
  }

  /** The shard of a binary key, likewise. */
  public int shardFor(byte[] key) {
    return pinned().shardFor(key);
  }

  /**
   * A cursor over all rows of one shard. The caller closes it.
   *
   * @throws InvalidRequestException if there is no such shard
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the view or its reader is closed
   */
  public ShardCursor scan(int shard) {
    return scan(shard, KeyRange.all());
  }

  /**
   * A cursor over the rows of one shard that are in a range. The caller closes it.
   *
   * @throws InvalidRequestException if there is no such shard, or the range is not one of keys of
   *     this dataset
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the view or its reader is closed
   */
  public ShardCursor scan(int shard, KeyRange range) {
    return pinned().scan(shard, range);
  }

  /** The version. Throws {@link ClosedException} if the view or its reader is closed. */
  public long version() {
    return snapshot().version();
  }

  /**
   * What the snapshot says of itself. Throws {@link ClosedException} if the view or its reader is
   * closed.
   */
  public SnapshotInfo snapshot() {
    return pinned().info();
  }

  /**
   * What the manifest says of each shard, by id. Throws {@link ClosedException} if the view or its
   * reader is closed.
   */
  public List<ShardEntry> shards() {
    return pinned().shards();
  }

  /** Lets the version go. Cursors of this view stay open. Idempotent. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      snapshot.unpin();
    }
  }

  private Snapshot pinned() {
    if (closed.get()) {
      throw new ClosedException("this view of " + snapshot + " is closed; make another");
    }
    return snapshot;
  }
}
