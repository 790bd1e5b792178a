package io.shardyfusion.writer;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.SoftwareVersion;
import io.shardyfusion.bulk.StoredShard;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.key.Key;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Announcer;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.run.RunLease;
import io.shardyfusion.run.RunStart;
import io.shardyfusion.run.SchemaChange;
import io.shardyfusion.run.ShapeChange;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one snapshot of a dataset, without Flink: for datasets that one process can build, for
 * tools and for tests. Rows are put in any order by any number of threads, and {@link #publish()}
 * makes them a version, all of them or none.
 *
 * <pre>{@code
 * SnapshotWriterOptions options =
 *     SnapshotWriterOptions.builder("s3://bucket/cities").shards(8).build();
 * try (SnapshotWriter writer = SnapshotWriter.open(options)) {
 *   writer.put(2988507, paris);
 *   writer.publish();
 * }
 * }</pre>
 *
 * <p>Of several rows of a key the one that came last wins, as in a job; a delete takes back what
 * came before it. Memory is bounded, see {@link SnapshotWriterOptions.Builder#sortMemoryBytes};
 * rows that do not fit, and shards until they are uploaded, are on the local disk. A run record
 * tells others that the run is alive, and how it ended.
 *
 * <p>Thread-safe. A row that was taken without an error is in the snapshot; a row that was refused
 * is not, and harms no other. {@link #close()} waits for rows and a publication that are under way;
 * to give a publication up, interrupt its thread.
 */
public final class SnapshotWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);

  private final SnapshotWriterOptions options;
  private final CountingObjectStore store;
  private final Clock clock;
  private final Instant startedAt;
  private final KeyRouter router;
  private final String runId = newId();
  private final Predecessor predecessor;
  private final @Nullable ManifestRef parent;
  private final ShardRanges shards;
  private final RunLease lease;
  private final AtomicLong arrived = new AtomicLong();
  private final LongAdder taken = new LongAdder();
  private boolean hasEnded;
  private boolean isClosed;

  private SnapshotWriter(SnapshotWriterOptions options, CountingObjectStore store, Clock clock) {
    this.options = options;
    this.store = store;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.router = new KeyRouter(options.sharding(), options.keyEncoding());
    Dataset dataset = new Dataset(store);
    Optional<Pointer> pointer = dataset.pointer().map(PointerState::pointer);
    PointerEntry current = pointer.map(Pointer::current).orElse(null);
    this.predecessor = options.takeover() ? new Predecessor.Any() : Predecessor.newestOf(pointer);
    this.parent = current == null ? null : current.manifest();
    if (current != null) {
      compare(dataset, current);
    }
    this.shards = ShardRanges.open(options, store);
    try {
      RunStart run = new RunStart(runId, RunMode.BATCH, startedAt, parent, store.gets(), 0);
      this.lease = new RunLease(run, store, clock, /* isRestored= */ false);
    } catch (Throwable e) {
      Cleanup.afterFailure(e, shards);
      throw e;
    }
  }

  /**
   * Begins a snapshot. Reads the dataset's pointer, to know what the snapshot builds on, and its
   * current manifest: what the snapshot would change of it besides the rows, such as the number of
   * shards, and what that costs, is logged as a warning. Writes the run record.
   *
   * @throws InvalidRequestException if the dataset's URI is none, or the value schema changes to
   *     one whose values the current version's cannot read
   * @throws io.shardyfusion.StorageException if the store cannot be read or written, or there is no
   *     local directory
   */
  public static SnapshotWriter open(SnapshotWriterOptions options) {
    CountingObjectStore store =
        new CountingObjectStore(ObjectStores.open(options.dataset(), options.store()));
    try {
      return new SnapshotWriter(options, store, Clock.systemUTC());
    } catch (Throwable e) {
      Cleanup.afterFailure(e, store);
      throw e;
    }
  }

  private void compare(Dataset dataset, PointerEntry current) {
    Manifest manifest;
    try {
      manifest = dataset.manifest(current.manifest());
    } catch (DataDamagedException e) {
      LOG.warn("{} (This run publishes anew, and needs it for nothing.)", e.getMessage());
      return;
    }
    new SchemaChange(options.valueSchema(), options.allowSchemaChange())
        .against(current.version(), manifest.valueSchema(), /* isStreaming= */ false)
        .ifPresent(notice -> LOG.warn("{}: {}", options.dataset(), notice));
    new ShapeChange(
            options.sharding(), options.keyEncoding(), options.valueFormat(), options.profile())
        .against(current.version(), manifest, /* isStreaming= */ false)
        .ifPresent(notice -> LOG.warn("{}: {}", options.dataset(), notice));
  }

  /**
   * Adds a row; copies what it keeps. As {@link #put(Key, byte[], RoutingContext)}.
   *
   * @param value not null
   */
  public void put(long key, byte[] value) {
    put(Key.of(key), value);
  }

  /** Adds a row with a text key. As {@link #put(Key, byte[], RoutingContext)}. */
  public void put(String key, byte[] value) {
    put(Key.of(key), value);
  }

  /** Adds a row with a binary key. As {@link #put(Key, byte[], RoutingContext)}. */
  public void put(byte[] key, byte[] value) {
    put(Key.of(key), value);
  }

  /** Adds a row whose shard depends on nothing but its key. */
  public void put(Key key, byte[] value) {
    put(key, value, RoutingContext.none());
  }

  /**
   * Adds a row; copies what it keeps. May write to the local disk.
   *
   * @param value not null
   * @param columns has the columns of the sharding
   * @throws InvalidRequestException if the key encoding cannot store the key, the sharding does not
   *     place it, the row is larger than the memory, or the writer was published or closed
   * @throws io.shardyfusion.StorageException if the local disk failed; nothing can be published
   *     then
   */
  public void put(Key key, byte[] value, RoutingContext columns) {
    add(key, Objects.requireNonNull(value, "value"), columns);
  }

  /** Deletes what was put for a key before. As {@link #delete(Key, RoutingContext)}. */
  public void delete(long key) {
    delete(Key.of(key));
  }

  /** Deletes what was put for a text key before. As {@link #delete(Key, RoutingContext)}. */
  public void delete(String key) {
    delete(Key.of(key));
  }

  /** Deletes what was put for a binary key before. As {@link #delete(Key, RoutingContext)}. */
  public void delete(byte[] key) {
    delete(Key.of(key));
  }

  /** Deletes what was put for a key whose shard depends on nothing else. */
  public void delete(Key key) {
    delete(key, RoutingContext.none());
  }

  /**
   * Deletes what was put for a key before; a later row makes it alive again. A key that was not put
   * is fine.
   *
   * @param columns has the columns of the sharding
   * @throws InvalidRequestException as of {@link #put(Key, byte[], RoutingContext)}
   * @throws io.shardyfusion.StorageException likewise
   */
  public void delete(Key key, RoutingContext columns) {
    add(key, null, columns);
  }

  private void add(Key key, byte @Nullable [] value, RoutingContext columns) {
    byte[] stored = router.stored(key);
    if (value != null && value.length > Limits.MAX_VALUE_BYTES) {
      throw new InvalidRequestException(
          "the value of the key "
              + key
              + " has "
              + value.length
              + " bytes; expected at most "
              + Limits.MAX_VALUE_BYTES);
    }
    shards.add(router.shard(key, columns), arrived.getAndIncrement(), stored, value);
    taken.increment();
  }

  /**
   * Makes the rows a version of the dataset, all of them. Once: whatever its end, the writer takes
   * nothing more. Rows that other threads put meanwhile are in it, or refused.
   *
   * @return the version; it is held, and readers do not see it, where the dataset is pinned
   * @throws io.shardyfusion.ConflictException if another writer announced since this one was opened
   * @throws io.shardyfusion.EmptySnapshotException if there is no row, and the current version has
   *     some
   * @throws DataDamagedException if a key occurs twice and must not
   * @throws io.shardyfusion.AmbiguousWriteException if it is not known whether it was announced
   * @throws io.shardyfusion.StorageException if the local disk or the store failed, or the thread
   *     was interrupted; nothing was announced
   * @throws InvalidRequestException if it was published or closed before
   */
  public synchronized PublishedSnapshot publish() {
    if (hasEnded) {
      throw new InvalidRequestException(
          "a writer publishes once, and this one was published or closed; open another one");
    }
    hasEnded = true;
    try {
      return published(shards.finish());
    } catch (Throwable e) {
      lease.failed(e);
      throw e;
    }
  }

  private PublishedSnapshot published(ShardRange.Built built) {
    SnapshotStats stats = stats(built);
    Publisher publisher = new Publisher(store);
    Manifest manifest = manifest(built, stats);
    ManifestRef ref = publisher.store(manifest);
    Instant stored = clock.instant();
    PointerEntry entry =
        new Announcer(store, clock, options.ifEmpty())
            .announce(Announcement.of(ref, manifest, newId(), predecessor));
    record(built, stats, entry, Duration.between(stored, clock.instant()));
    return new PublishedSnapshot(entry, runId, built.rows(), stats, store.puts(), store.gets());
  }

  /** The version is there: a record that cannot be written does not take it back. */
  private void record(
      ShardRange.Built built, SnapshotStats stats, PointerEntry entry, Duration announcing) {
    Map<String, Long> counters = new TreeMap<>();
    counters.put(RunCounters.ROWS_READ, taken.sum());
    counters.put(RunCounters.ROWS_WRITTEN, built.rows().written());
    counters.put(RunCounters.DUPLICATES, built.rows().duplicates());
    counters.put(RunCounters.DELETES, built.rows().deletes());
    counters.put(RunCounters.FILES, stats.files());
    counters.put(RunCounters.NEW_BYTES, stats.newBytes());
    counters.put(RunCounters.ANNOUNCE_MILLIS, announcing.toMillis());
    try {
      lease.succeeded(entry.version(), counters);
    } catch (RuntimeException e) {
      LOG.warn(
          "Version {} of {} is announced, but the record of run {} could not be written.",
          entry.version(),
          options.dataset(),
          runId,
          e);
    }
  }

  private static SnapshotStats stats(ShardRange.Built built) {
    List<ShardEntry> entries = built.shards().stream().map(StoredShard::entry).toList();
    long bytes = entries.stream().mapToLong(ShardEntry::bytes).sum();
    long files = entries.stream().mapToLong(ShardEntry::files).sum();
    return new SnapshotStats(
        entries.stream().mapToLong(ShardEntry::rows).sum(),
        entries.stream().allMatch(ShardEntry::rowsExact),
        bytes,
        files,
        bytes,
        files);
  }

  private Manifest manifest(ShardRange.Built built, SnapshotStats stats) {
    return Manifest.builder()
        .manifestId(newId())
        .parent(parent)
        .runId(runId)
        .createdAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
        .writer(
            new ManifestWriter(
                "java", Runtime.version().toString(), SoftwareVersion.current(), RunMode.BATCH))
        .sharding(options.sharding())
        .keyEncoding(options.keyEncoding())
        .valueFormat(options.valueFormat())
        .valueSchema(options.valueSchema())
        .engine(ShardBuilder.engine(options.profile()))
        .stats(stats)
        .custom(options.custom())
        .shards(
            built.shards().stream()
                .map(StoredShard::entry)
                .sorted(Comparator.comparingInt(ShardEntry::shard))
                .toList())
        .build();
  }

  /** Ends the run; what was not published is gone. Idempotent. */
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try {
      shards.close();
    } finally {
      if (!hasEnded) {
        hasEnded = true;
        lease.failed(new InvalidRequestException("the writer was closed before it published"));
      }
      Cleanup.all(List.of(lease, store));
    }
  }

  private static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }
}
