package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.lifecycle.WorkerThreads;
import io.shardyfusion.machine.OpenFileLimit;
import io.shardyfusion.reader.cache.BackgroundPruner;
import io.shardyfusion.reader.cache.DefaultCacheDirectory;
import io.shardyfusion.reader.cache.Downloads;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.reader.cache.Scrub;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of one dataset: it serves the version that the dataset names as current, from local
 * files, and follows it under live traffic.
 *
 * <p>A shard is fetched at its first use: that lookup takes as long as the download, and others for
 * the same shard wait with it. From then on a lookup costs little more than one in RocksDB, and
 * needs no network. Every byte that is fetched is proved by its digest, and stays in the local
 * cache for the next start.
 *
 * <p>In the background, and when {@link #refresh} is called, it looks for another version. What
 * changed of the shards that are open is fetched, opened and checked beside the version that is
 * served; then lookups go to the new one at once, those that are under way end on the old one, and
 * that is closed when its last view and cursor are. A refresh that fails changes nothing, is tried
 * again, and shows in {@link #health}.
 *
 * <p>Thread-safe, and meant to be shared. Values are new arrays, the caller's own.
 */
public final class ShardedReader extends SnapshotLookups implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ShardedReader.class);

  /** One for a refresh, one for a scrub, which may take hours, and one for what is short. */
  private static final int BACKGROUND_THREADS = 3;

  private final ReaderOptions options;
  private final ObjectStore store;
  private final FileCache cache;
  private final Downloads downloads;
  private final ReadResources resources;
  private final ShardExecutor executor;
  private final ScheduledExecutorService background;
  private final LookupMeter meter;
  private final ShardPool shardPool;
  private final VersionPlanner planner;
  private final SnapshotLoader loader;
  private final RefreshStatus status;
  private final Listeners listeners;
  private final OpenVersions versions;
  private final Refresher refresher;
  private final RefreshLoop loop;
  private final ScrubLoop scrubs;
  private final RefreshEvents events;
  private final BackgroundPruner pruner;

  /** Opens all that a reader consists of; {@code opened} gets what must be closed if it fails. */
  private ShardedReader(
      ReaderOptions options, ObjectStore store, LookupPool pool, Deque<AutoCloseable> opened) {
    super(pool, throttle(options.lookupLimit()));
    String uri = options.datasetUri();
    this.options = options;
    this.store = store;
    meter = new LookupMeter(options.metrics());
    Clock clock = Clock.systemUTC();
    cache = opened(opened, FileCache.open(cacheDirectory(options), options.cache()));
    status =
        new RefreshStatus(options.health().resolved(refreshInterval()), clock, System::nanoTime);
    resources =
        opened(
            opened,
            new ReadResources(options.memory().blockCache(), options.memory().blockCacheBytes()));
    Dataset dataset = new Dataset(store, cache);
    downloads = opened(opened, new Downloads(dataset, cache, options.cache()));
    executor = opened(opened, new ShardExecutor(options.cache().downloads()));
    listeners = opened(opened, new Listeners(options.listeners()));
    background = background();
    opened.push(() -> WorkerThreads.end(background));
    shardPool =
        new ShardPool(
            new ShardOpener(dataset, cache, downloads, resources), options.memory().maxOpenFiles());
    ShardChoice choice = new ShardChoice(options.shards(), options.eager());
    planner = new VersionPlanner(uri, dataset, choice, shardPool, executor, cache.capacity());
    loader = new SnapshotLoader(uri, shardPool, executor, cache, downloads, meter);
    PointerWatch pointer = new PointerWatch(store.root().toString(), dataset, cache, status);
    String at = options.at();
    Snapshot first;
    if (cache.isReadOnly()) {
      first = new ReadOnlyStart(options, pointer, dataset, planner, loader, cache, status).load();
    } else if (at == null) {
      first = new ColdStart(options, pointer, planner, loader, cache, status).load();
    } else {
      first = loader.load(planner.first(dataset.resolve(at)));
      status.checked(); // The pointer names that version; there is nothing more to look for.
    }
    versions = opened(opened, new OpenVersions(first, background));
    pruner = new BackgroundPruner(cache, background);
    events = new RefreshEvents(options, status, listeners);
    refresher =
        new Refresher(pointer, versions, planner, loader, new WayBack(cache), pruner, events);
    loop = new RefreshLoop(this::refresh, status, background, refreshInterval(), Math::random);
    loop.start();
    pruner.prune();
    scrubs =
        new ScrubLoop(
            new Scrub(cache, downloads),
            shardPool,
            dataset,
            background,
            options.cache().scrubInterval());
    scrubs.start();
    events.opened(this::stats);
    LOG.info(
        "event=reader_opened dataset={} version={} shards={} rows={} rows_exact={} bytes={}",
        uri,
        first.entry().version(),
        first.manifest().shards().size(),
        first.manifest().stats().rows(),
        first.manifest().stats().rowsExact(),
        first.entry().bytes());
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> opened, T resource) {
    opened.push(resource);
    return resource;
  }

  /**
   * Opens a reader on the dataset's current version, or the one that the options name. Reads the
   * pointer and the manifest; no shard, unless the options ask for it. Where the current version is
   * damaged, earlier ones are tried: see {@link ReaderOptions.Builder#maxFallbackVersions}.
   *
   * <p>Where the cache directory is there and cannot be written, the version that it was filled
   * with is opened, if it is there as a whole; the store is not asked, and nothing is refreshed,
   * which {@link #health} says.
   *
   * @throws InvalidRequestException if the options cannot be used
   * @throws io.shardyfusion.NotFoundException if the dataset has no snapshot, or not the version
   * @throws io.shardyfusion.DataDamagedException if the pointer is damaged, or the manifest is, and
   *     no earlier version can be served
   * @throws StorageException if the store could not be read, or the cache neither be written nor
   *     served as it is, or RocksDB's native library cannot be loaded
   */
  public static ShardedReader open(ReaderOptions options) {
    return open(options, ObjectStores.open(options.datasetUri(), options.store()));
  }

  /**
   * Opens a reader on the dataset in {@code store} instead of one that is opened as the options
   * say: for a store with something added, such as counts of its requests. The reader owns it from
   * now on, even if this fails. Everything else is as above.
   */
  public static ShardedReader open(ReaderOptions options, ObjectStore store) {
    Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(store));
    LookupPool pool = new LookupPool();
    opened.push(pool);
    try {
      return new ShardedReader(options, store, pool, opened);
    } catch (RuntimeException | Error e) {
      opened.forEach(r -> Cleanup.afterFailure(e, r));
      // Java itself may be in want of a file, for a class of its own.
      String limit = e instanceof LinkageError ? OpenFileLimit.reason(e) : null;
      if (limit != null) {
        throw new StorageException(
            "the reader of " + options.datasetUri() + " could not be opened: " + limit, e);
      }
      throw e;
    }
  }

  private static @Nullable LookupThrottle throttle(@Nullable LookupLimit limit) {
    return limit == null ? null : new LookupThrottle(limit);
  }

  private static ScheduledExecutorService background() {
    ScheduledThreadPoolExecutor background =
        new ScheduledThreadPoolExecutor(BACKGROUND_THREADS, WorkerThreads.named("reader"));
    background.setRemoveOnCancelPolicy(true);
    return background;
  }

  @Override
  Snapshot asked() {
    return versions.current();
  }

  @Override
  Snapshot askedAfter(Snapshot refused, ClosedException refusal) {
    return versions.after(refused, refusal);
  }

  /**
   * A view that stays on the version that is served now, for lookups that belong together. The
   * caller closes it.
   *
   * @throws ClosedException if the reader is closed
   */
  public SnapshotView view() {
    return ask(
        snapshot -> {
          snapshot.pin();
          return new SnapshotView(snapshot, pool(), throttle());
        });
  }

  /**
   * Looks for another version now, and serves it, when all of it that shall be open is fetched,
   * proved and opened. One conditional request if there is none. Where another refresh is under
   * way, this one comes after it. A reader {@linkplain ReaderOptions.Builder#at of one version}
   * stays on it, and so does one whose cache directory cannot be written.
   *
   * <p>After an exception the reader serves the version that it served before.
   *
   * @return whether another version is served than before
   * @throws io.shardyfusion.NotFoundException if the dataset has no version to serve any more
   * @throws io.shardyfusion.DataDamagedException if the other version is damaged
   * @throws StorageException if it could not be fetched, or this thread is interrupted
   * @throws InvalidRequestException if its keys are of another type, or it does not have a shard
   *     that this reader was opened for
   * @throws ClosedException if the reader is closed
   */
  public boolean refresh() {
    return isFixed() ? ask(s -> false) : refresher.refresh();
  }

  /**
   * Does {@link #refresh} in the background.
   *
   * @return completes as {@code refresh} returns or throws; cancelling it has no effect on that
   */
  public CompletableFuture<Boolean> refreshAsync() {
    try {
      return CompletableFuture.supplyAsync(this::refresh, background);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new ClosedException("the reader is closed; open another", e));
    }
  }

  /**
   * Returns what a {@link #refresh} would fetch now, and whether there is room for it. Reads the
   * pointer, and of a new version the documents, which are kept for the refresh.
   *
   * @throws io.shardyfusion.NotFoundException if the dataset has no version to serve any more
   * @throws io.shardyfusion.DataDamagedException if a document of the other version is damaged
   * @throws StorageException if one could not be fetched
   * @throws ClosedException if the reader is closed
   */
  public RefreshPlan plan() {
    return isFixed() ? ask(s -> planner.estimate(s.entry(), s)) : refresher.plan();
  }

  /**
   * Waits until this reader serves what is wanted, or something later. Meanwhile it looks for
   * versions each second at least, also where periodic refresh is off; failures do not end the
   * wait.
   *
   * @param timeout the longest time to wait
   * @return whether it is served; not, if the time has passed
   * @throws StorageException if this thread is interrupted, which it stays
   * @throws ClosedException if the reader is closed, before or meanwhile
   */
  public boolean awaitAtLeast(AtLeast wanted, Duration timeout) {
    if (versions.await(wanted::reachedBy, Duration.ZERO)) {
      return true;
    }
    loop.somebodyWaits();
    try {
      return versions.await(wanted::reachedBy, timeout);
    } finally {
      loop.nobodyWaits();
    }
  }

  /** Tells {@code listener} of refreshes from now on. */
  public void addListener(ReaderListener listener) {
    listeners.add(listener);
  }

  /** Tells {@code listener} of refreshes that come no more. */
  public void removeListener(ReaderListener listener) {
    listeners.remove(listener);
  }

  /**
   * The reader's health: whether what it serves is current, as far as it knows. Asks nobody, and
   * never throws; a closed reader is unhealthy.
   */
  public ReaderHealth health() {
    return health(versions.current().entry());
  }

  private ReaderHealth health(PointerEntry served) {
    return versions.isClosed() ? status.closed(served) : status.health(served);
  }

  /**
   * The reader's counts so far, the sizes of what it holds, and how fresh that is. Never throws.
   */
  public ReaderStats stats() {
    Snapshot served = versions.current();
    Instant watermark = served.manifest().watermark();
    ReaderHealth health = health(served.entry());
    return ReaderStats.builder()
        .lookups(meter.lookups())
        .misses(meter.misses())
        .refreshes(status.refreshes())
        .refreshFailures(status.failures())
        .fetchedFiles(downloads.files())
        .fetchedBytes(downloads.bytes())
        .versionsOpen(versions.count())
        .shardsOpen(shardPool.open().size())
        .cacheBytes(pruner.bytes())
        .blockCacheBytes(blockCacheBytes())
        .version(served.entry().version())
        .versionsBehind(status.versionsBehind(served.entry()))
        .announcedAge(health.announcedAge())
        .watermarkLag(watermark == null ? null : status.sinceWall(watermark))
        .checkedAge(options.at() == null ? health.checkedAge() : null)
        .health(health.status())
        .build();
  }

  private long blockCacheBytes() {
    try {
      return resources.blockCacheUsageBytes();
    } catch (ClosedException e) {
      return 0;
    }
  }

  /**
   * Fetches and opens all shards that are served, several at a time, so that no lookup waits for
   * it. Those that are open already cost nothing.
   *
   * @throws io.shardyfusion.DataDamagedException if one is damaged
   * @throws StorageException if one could not be fetched; others may be open
   * @throws ClosedException if the reader is closed
   */
  public void prefetch() {
    ask(
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
    ask(
        snapshot -> {
          loader.open(snapshot, Arrays.stream(shards).boxed().toList());
          return true;
        });
  }

  /** The number of open versions: the one that is served, and those still in use. */
  int versionsOpen() {
    return versions.count();
  }

  /**
   * Closes the reader, with its views and cursors: lets what is being looked up end, which ends
   * downloads early where the store can, then releases all memory, files, threads and connections.
   * Later calls of anything throw {@link ClosedException}. Idempotent; a second call waits for the
   * first. An interrupt does not end it.
   *
   * @throws StorageException if a directory could not be deleted; everything else is released
   */
  @Override
  public synchronized void close() {
    versions.shut();
    Cleanup.all(
        List.<AutoCloseable>of(
            loop,
            listeners,
            downloads::stop,
            executor,
            pool(),
            store,
            refresher,
            downloads,
            scrubs,
            versions,
            () -> WorkerThreads.end(background),
            resources,
            cache,
            events::closed));
  }

  /** Returns whether the reader stays on its first version. */
  private boolean isFixed() {
    return options.at() != null || cache.isReadOnly();
  }

  /** Zero for a reader of one version. */
  private Duration refreshInterval() {
    return isFixed() ? Duration.ZERO : options.refreshInterval();
  }

  private static Path cacheDirectory(ReaderOptions options) {
    Path directory = options.cacheDirectory();
    return directory != null ? directory : DefaultCacheDirectory.create(options.datasetUri());
  }
}
