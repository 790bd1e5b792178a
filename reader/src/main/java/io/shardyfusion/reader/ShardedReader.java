package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectStores;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of one dataset: it serves the snapshot that was current when it was opened, from local
 * files.
 *
 * <p>A shard is fetched at its first use: that lookup takes as long as the download, and others for
 * the same shard wait with it. From then on a lookup costs little more than one in RocksDB, and
 * needs no network. Every byte that is fetched is proved by its digest, and stays in the local
 * cache for the next start.
 *
 * <p>Thread-safe, and meant to be shared. Values are new arrays, the caller's own.
 */
public final class ShardedReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ShardedReader.class);

  private final ObjectStore store;
  private final FileCache cache;
  private final ReadResources resources;
  private final Snapshot snapshot;

  private ShardedReader(
      ObjectStore store, FileCache cache, ReadResources resources, Snapshot snapshot) {
    this.store = store;
    this.cache = cache;
    this.resources = resources;
    this.snapshot = snapshot;
  }

  /**
   * Opens a reader on the dataset's current version, or the one that the options name. Reads the
   * pointer and the manifest; no shard.
   *
   * @throws InvalidRequestException if the options cannot be used
   * @throws io.shardyfusion.NotFoundException if the dataset has no snapshot, or not the version
   * @throws io.shardyfusion.DataDamagedException if the pointer or the manifest is damaged
   * @throws io.shardyfusion.StorageException if the store could not be read, or the cache not
   *     written
   */
  public static ShardedReader open(ReaderOptions options) {
    return open(options, ObjectStores.open(options.datasetUri(), options.store()));
  }

  /**
   * Opens a reader on a dataset in {@code store}, which it owns from now on, even if this fails.
   */
  static ShardedReader open(ReaderOptions options, ObjectStore store) {
    Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(store));
    try {
      FileCache cache = FileCache.open(cacheDirectory(options));
      opened.push(cache);
      ReadResources resources = new ReadResources(options.blockCacheBytes());
      opened.push(resources);
      Dataset dataset = new Dataset(store, cache);
      String at = options.at();
      PointerEntry entry = at == null ? dataset.current() : dataset.resolve(at);
      Manifest manifest = dataset.manifest(entry.manifest());
      Snapshot snapshot =
          new Snapshot(
              options.datasetUri(), entry, manifest, new ShardOpener(dataset, cache, resources));
      LOG.info(
          "event=reader_opened dataset={} version={} shards={} rows={} bytes={}",
          options.datasetUri(),
          entry.version(),
          manifest.shards().size(),
          entry.rows(),
          entry.bytes());
      return new ShardedReader(store, cache, resources, snapshot);
    } catch (RuntimeException | Error e) {
      opened.forEach(r -> Cleanup.afterFailure(e, r));
      throw e;
    }
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
   * @throws ClosedException if the reader is closed
   */
  public byte @Nullable [] get(long key) {
    return snapshot.get(key);
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
   * @throws ClosedException if the reader is closed
   */
  public byte @Nullable [] get(String key) {
    return snapshot.get(key);
  }

  /**
   * The value of a binary key.
   *
   * @return a new array, or null if the key is not there
   * @throws InvalidRequestException if the dataset's keys are not bytes, or this one is too long
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the reader is closed
   */
  public byte @Nullable [] get(byte[] key) {
    return snapshot.get(key);
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
   * @throws ClosedException if the reader is closed
   */
  public <K> Map<K, byte[]> multiGet(Collection<K> keys) {
    return snapshot.multiGet(keys);
  }

  /**
   * The shard of an integer key, whether it is there or not. Throws what {@link #get(long)} throws,
   * without a look.
   */
  public int shardFor(long key) {
    return snapshot.shardFor(key);
  }

  /** The shard of a text key, likewise. */
  public int shardFor(String key) {
    return snapshot.shardFor(key);
  }

  /** The shard of a binary key, likewise. */
  public int shardFor(byte[] key) {
    return snapshot.shardFor(key);
  }

  /**
   * A cursor over all rows of one shard. The caller closes it.
   *
   * @throws InvalidRequestException if there is no such shard
   * @throws io.shardyfusion.DataDamagedException if the shard's files are missing or damaged
   * @throws io.shardyfusion.StorageException if the shard was not open yet, and could not be
   *     fetched
   * @throws ClosedException if the reader is closed
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
   * @throws ClosedException if the reader is closed
   */
  public ShardCursor scan(int shard, KeyRange range) {
    return snapshot.scan(shard, range);
  }

  /** The version that is served. Throws {@link ClosedException} if the reader is closed. */
  public long version() {
    return snapshot().version();
  }

  /**
   * What the served snapshot says of itself. Throws {@link ClosedException} if the reader is
   * closed.
   */
  public SnapshotInfo snapshot() {
    return snapshot.info();
  }

  /**
   * What the manifest says of each shard, by id. Throws {@link ClosedException} if the reader is
   * closed.
   */
  public List<ShardEntry> shards() {
    return snapshot.shards();
  }

  /**
   * A view that stays on the version that is served now, for lookups that belong together. The
   * caller closes it.
   *
   * @throws ClosedException if the reader is closed
   */
  public SnapshotView view() {
    snapshot.pin();
    return new SnapshotView(snapshot);
  }

  /**
   * Closes the reader, with its views and cursors: lets what is being looked up end, which ends
   * downloads early where the store can, then releases all memory, files and connections. Later
   * calls of anything throw {@link ClosedException}. Idempotent; a second call waits for the first.
   * An interrupt does not end it.
   *
   * @throws io.shardyfusion.StorageException if a directory could not be deleted; everything else
   *     is released
   */
  @Override
  public synchronized void close() {
    snapshot.shut();
    Cleanup.all(List.of(store, snapshot, resources, cache));
  }

  private static Path cacheDirectory(ReaderOptions options) {
    Path directory = options.cacheDirectory();
    return directory != null ? directory : DefaultCacheDirectory.create(options.datasetUri());
  }
}
