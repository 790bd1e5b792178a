package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectStores;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;
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
public final class ShardedReader extends SnapshotLookups implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ShardedReader.class);

  private static final int DOWNLOADS = 4;
  private static final int BACKGROUND_THREADS = 2;

  private final ObjectStore store;
  private final FileCache cache;
  private final Downloads downloads;
  private final ReadResources resources;
  private final ShardTasks tasks;
  private final ScheduledExecutorService background;
  private final SnapshotLoader loader;
  private final OpenVersions versions;
  private final Refresher refresher;

  /** Opens all that a reader consists of; {@code opened} gets what must be closed if it fails. */
  private ShardedReader(
      ReaderOptions options, ObjectStore store, LookupPool pool, Deque<AutoCloseable> opened) {
    super(pool);
    this.store = store;
    cache = FileCache.open(cacheDirectory(options), CacheLimits.defaults());
    opened.push(cache);
    resources = new ReadResources(options.blockCacheBytes());
    opened.push(resources);
    tasks = new ShardTasks(DOWNLOADS);
    opened.push(tasks);
    background = background();
    opened.push(background::shutdownNow);
    Dataset dataset = new Dataset(store, cache);
    downloads = new Downloads(dataset, cache, CacheLimits.defaults());
    opened.push(downloads);
    loader =
        new SnapshotLoader(
            options.datasetUri(),
            dataset,
            new ShardPool(new ShardOpener(dataset, cache, downloads, resources)),
            tasks,
            new ShardChoice(options.shards(), options.eager()));
    PointerWatch pointer = new PointerWatch(dataset);
    String at = options.at();
    Snapshot first = loader.load(at == null ? pointer.current() : dataset.resolve(at), null);
    versions = new OpenVersions(first, background);
    opened.push(versions);
    refresher = new Refresher(pointer, versions, loader, background);
    LOG.info(
        "event=reader_opened dataset={} version={} shards={} rows={} bytes={}",
        options.datasetUri(),
        first.entry().version(),
        first.manifest().shards().size(),
        first.entry().rows(),
        first.entry().bytes());
  }

  /**
   * Opens a reader on the dataset's current version, or the one that the options name. Reads the
   * pointer and the manifest; no shard, unless the options ask for it.
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
    LookupPool pool = new LookupPool();
    opened.push(pool);
    try {
      return new ShardedReader(options, store, pool, opened);
    } catch (RuntimeException | Error e) {
      opened.forEach(r -> Cleanup.afterFailure(e, r));
      throw e;
    }
  }

  private static ScheduledExecutorService background() {
    ScheduledThreadPoolExecutor background =
        new ScheduledThreadPoolExecutor(BACKGROUND_THREADS, WorkerThreads.named("reader"));
    background.setRemoveOnCancelPolicy(true);
    return background;
  }

  @Override
  <T extends @Nullable Object> T ask(Function<Snapshot, T> question) {
    return versions.ask(question);
  }

  /**
   * The value of an integer key, looked up later by one of the reader's threads: of the version
   * that is served then.
   *
   * @return completes as {@link #get(long)} returns or throws; fails with {@link
   *     io.shardyfusion.LimitExceededException} if 1024 lookups wait already, and with {@link
   *     ClosedException} if the reader is closed before. Cancelling it before its turn spares the
   *     lookup
   */
  public CompletableFuture<byte @Nullable []> getAsync(long key) {
    return pool().submit(() -> get(key));
  }

  /** The value of a text key, looked up as by {@link #getAsync(long)}. */
  public CompletableFuture<byte @Nullable []> getAsync(String key) {
    return pool().submit(() -> get(key));
  }

  /** The value of a binary key, which is copied, looked up as by {@link #getAsync(long)}. */
  public CompletableFuture<byte @Nullable []> getAsync(byte[] key) {
    byte[] copy = key.clone();
    return pool().submit(() -> get(copy));
  }

  /**
   * The values of many keys, looked up as by {@link #getAsync(long)}; idle threads take part as in
   * {@link #multiGet}.
   *
   * @param keys are taken from the collection now; keys that are arrays must stay as they are until
   *     this is complete
   */
  public <K> CompletableFuture<Map<K, byte[]>> multiGetAsync(Collection<K> keys) {
    Collection<K> taken = new ArrayList<>(keys);
    return pool().submit(() -> multiGet(taken));
  }

  /**
   * A view that stays on the version that is served now, for lookups that belong together. The
   * caller closes it.
   *
   * @throws ClosedException if the reader is closed
   */
  public SnapshotView view() {
    return versions.ask(
        snapshot -> {
          snapshot.pin();
          return new SnapshotView(snapshot, pool());
        });
  }

  /**
   * Looks for another version now, and serves it, when all of it that shall be open is fetched,
   * proved and opened. One conditional request if there is none. Where another refresh is under
   * way, this one comes after it. A reader {@linkplain ReaderOptions.Builder#at of one version}
   * stays on it.
   *
   * <p>After an exception the reader serves the version that it served before.
   *
   * @return whether another version is served than before
   * @throws io.shardyfusion.NotFoundException if the dataset has no version to serve any more
   * @throws io.shardyfusion.DataDamagedException if the other version is damaged
   * @throws io.shardyfusion.StorageException if it could not be fetched, or this thread is
   *     interrupted
   * @throws InvalidRequestException if its keys are of another type, or it does not have a shard
   *     that this reader was opened for
   * @throws ClosedException if the reader is closed
   */
  public boolean refresh() {
    return refresher.refresh();
  }

  /**
   * Does {@link #refresh} in the background.
   *
   * @return completes as {@code refresh} returns or throws; cancelling it has no effect on that
   */
  public CompletableFuture<Boolean> refreshAsync() {
    return refresher.refreshAsync();
  }

  /**
   * Fetches and opens all shards that are served, several at a time, so that no lookup waits for
   * it. Those that are open already cost nothing.
   *
   * @throws io.shardyfusion.DataDamagedException if one is damaged
   * @throws io.shardyfusion.StorageException if one could not be fetched; others may be open
   * @throws ClosedException if the reader is closed
   */
  public void prefetch() {
    versions.ask(
        snapshot -> {
          loader.open(snapshot, snapshot.servedShards());
          return true;
        });
  }

  /**
   * Fetches and opens these shards, likewise.
   *
   * @throws InvalidRequestException if one is not served
   */
  public void prefetch(int... shards) {
    versions.ask(
        snapshot -> {
          loader.open(snapshot, Arrays.stream(shards).boxed().toList());
          return true;
        });
  }

  /** How many versions are open: the one that is served, and those still in use. */
  int versionsOpen() {
    return versions.count();
  }

  /**
   * Closes the reader, with its views and cursors: lets what is being looked up end, which ends
   * downloads early where the store can, then releases all memory, files, threads and connections.
   * Later calls of anything throw {@link ClosedException}. Idempotent; a second call waits for the
   * first. An interrupt does not end it.
   *
   * @throws io.shardyfusion.StorageException if a directory could not be deleted; everything else
   *     is released
   */
  @Override
  public synchronized void close() {
    versions.shut();
    Cleanup.all(
        List.of(
            downloads::stop,
            tasks,
            pool(),
            store,
            downloads,
            refresher,
            versions,
            resources,
            cache,
            background::shutdownNow));
  }

  private static Path cacheDirectory(ReaderOptions options) {
    Path directory = options.cacheDirectory();
    return directory != null ? directory : DefaultCacheDirectory.create(options.datasetUri());
  }
}
