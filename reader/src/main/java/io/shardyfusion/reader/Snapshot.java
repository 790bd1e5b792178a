package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One version of a dataset, being served: its manifest, and its shards as they are opened.
 * Thread-safe.
 *
 * <p><b>Life.</b> A snapshot lives while it is pinned: by the reader that serves it, by each view
 * and each cursor. When the last pin goes, or the reader is closed and with it all its views and
 * cursors, the snapshot is first shut, so that no lookup begins any more; then the lookups that
 * have begun end; then cursors, databases and directories are closed. So no thread is inside
 * RocksDB when something of it is closed. A lookup takes no pin, which all threads would contend
 * for: it passes a {@link LookupGate}. A cursor, which lasts, guards its iterator by its own lock.
 */
final class Snapshot implements AutoCloseable {

  /**
   * From how many keys on a multiGet is worth the help of other threads, which takes some 20 µs to
   * arrive. Fewer are, where several shards have still to be opened.
   */
  private static final int SHARED_KEYS = 256;

  private final String dataset;
  private final PointerEntry entry;
  private final Manifest manifest;
  private final KeyEncoding encoding;
  private final Sharding sharding;
  private final SnapshotInfo info;
  private final ShardPool.Hold hold;
  private final LookupMeter meter;

  /** The shards by id; null for one that is not served. */
  final @Nullable LazyShard[] shards;

  private final Runnable whenClosed;
  private final LookupGate gate = new LookupGate();
  private final AtomicInteger pins = new AtomicInteger(1);
  private final Set<ShardCursor> cursors = ConcurrentHashMap.newKeySet();
  private final Object closing = new Object();

  /** Written under {@link #closing}. */
  private volatile boolean closed;

  /**
   * A snapshot with one pin, the caller's.
   *
   * @param dataset its name, for messages
   * @param hold the shards that are served, of which this takes the ownership
   * @param meter counts the lookups
   * @param whenClosed runs once, when all has been released
   */
  Snapshot(
      String dataset,
      PointerEntry entry,
      Manifest manifest,
      ShardPool.Hold hold,
      LookupMeter meter,
      Runnable whenClosed) {
    this.dataset = dataset;
    this.entry = entry;
    this.manifest = manifest;
    this.encoding = manifest.keyEncoding();
    this.sharding = manifest.sharding();
    this.info = SnapshotInfo.of(entry, manifest);
    this.hold = hold;
    this.meter = meter;
    this.whenClosed = whenClosed;
    this.shards = new LazyShard[manifest.shards().size()];
    hold.shards().forEach(shard -> shards[shard.entry().shard()] = shard);
    meter.add(gate);
  }

  /** The pointer's entry for it. */
  PointerEntry entry() {
    return entry;
  }

  /** The manifest, also of a closed snapshot. */
  Manifest manifest() {
    return manifest;
  }

  /** The entries of the shards that are open now. */
  List<ShardEntry> openShards() {
    return hold.shards().stream().filter(LazyShard::isOpen).map(LazyShard::entry).toList();
  }

  /** The ids of the shards that are served. */
  List<Integer> servedShards() {
    return hold.shards().stream().map(shard -> shard.entry().shard()).toList();
  }

  /**
   * Checks that a shard is served.
   *
   * @throws InvalidRequestException if it is not
   */
  void requireServed(int shard) {
    served(shard);
  }

  /** Opens a shard, if it is not open yet. */
  void open(int shard) {
    open(shard, LazyShard::shard);
  }

  /** Opens the shard of which all files were just fetched, if it is not open yet. */
  void openFetched(ShardDescriptor fetched) {
    open(fetched.shard(), shard -> shard.openFetched(fetched));
  }

  private void open(int shard, Consumer<LazyShard> opening) {
    int pass = enter();
    try {
      opening.accept(served(shard));
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass, LookupGate.OTHER);
    }
  }

  SnapshotInfo info() {
    requireOpen();
    return info;
  }

  List<ShardEntry> shards() {
    requireOpen();
    return manifest.shards();
  }

  KeyEncoding encoding() {
    return encoding;
  }

  int route(Key key) {
    requireOpen();
    // Refuse what a lookup refuses: a key that cannot be stored is in no shard.
    key.stored(encoding);
    return sharding.shardOf(key, RoutingContext.none());
  }

  /** Like {@link #get(Key)}, without a {@link Key}, for the most frequent lookups. */
  byte @Nullable [] get(long key) {
    byte[] storedKey = encoding.encode(key);
    return find(sharding.shardOf(key), storedKey);
  }

  byte @Nullable [] get(Key key) {
    byte[] storedKey = key.stored(encoding);
    return find(sharding.shardOf(key, RoutingContext.none()), storedKey);
  }

  int get(Key key, ByteBuffer value) {
    byte[] storedKey = key.stored(encoding);
    int shard = sharding.shardOf(key, RoutingContext.none());
    long began = meter.begin();
    int pass = enter();
    int outcome = LookupGate.OTHER;
    int size;
    try {
      size = served(shard).get(storedKey, value);
      outcome = size == Lookups.NOT_FOUND ? LookupGate.MISSED : LookupGate.FOUND;
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass, outcome);
    }
    meter.end(began);
    return size;
  }

  <K> Map<K, byte[]> multiGet(Collection<? extends K> keys, LookupPool pool) {
    MultiGet<K> request = new MultiGet<>(keys, manifest);
    // The pass is for all threads that take part: none does any more when it is given back.
    int pass = enter();
    try {
      for (int i = 0; i < request.shards(); i++) {
        requireServed(request.shard(i));
      }
      if (isWorthSharing(request)) {
        pool.forEach(request.shards(), i -> request.look(i, this::look));
      } else {
        for (int i = 0; i < request.shards(); i++) {
          request.look(i, this::look);
        }
      }
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass, LookupGate.OTHER);
    }
    Map<K, byte[]> found = request.result();
    meter.count(found.size(), request.keys() - found.size());
    return found;
  }

  private void look(int shard, byte[][] storedKeys, int from, int to, byte[] @Nullable [] values) {
    served(shard).multiGet(storedKeys, from, to, values);
  }

  private boolean isWorthSharing(MultiGet<?> request) {
    if (request.keys() >= SHARED_KEYS) {
      return true;
    }
    int closed = 0;
    for (int i = 0; i < request.shards(); i++) {
      closed += served(request.shard(i)).isOpen() ? 0 : 1;
    }
    return closed > 1;
  }

  ShardCursor scan(int shard, KeyRange range) {
    return scan(shard, range.stored(encoding));
  }

  /** A cursor over the rows of one shard. */
  ShardCursor scan(int shard, StoredRange range) {
    requireServed(shard);
    pin();
    ShardCursor cursor = null;
    try {
      cursor = cursor(shard, range);
      return cursor;
    } finally {
      if (cursor == null) {
        unpin();
      }
    }
  }

  /** A cursor over the rows of all shards that are served. */
  RowCursor scan(KeyRange range, ScanOrder order, LookupPool pool) {
    StoredRange stored = range.stored(encoding);
    List<Integer> shards =
        hold.shards().stream()
            .map(LazyShard::entry)
            .filter(shard -> stored.meets(bytes(shard.minKey()), bytes(shard.maxKey())))
            .map(ShardEntry::shard)
            .sorted()
            .toList();
    pin();
    return switch (order) {
      case BY_SHARD -> new ShardByShardCursor(this, shards, stored);
      case BY_KEY -> new MergedCursor(this, shards, stored, pool);
    };
  }

  private static byte @Nullable [] bytes(@Nullable HexBytes bound) {
    return bound == null ? null : bound.toBytes();
  }

  /**
   * Checks that lookups may begin.
   *
   * @throws ClosedException if it is shut
   */
  void requireOpen() {
    if (gate.isShut()) {
      throw closed(null);
    }
  }

  /**
   * Keeps the snapshot open until {@link #unpin}, or until the reader is closed.
   *
   * @throws ClosedException if it is closed already
   */
  void pin() {
    if (gate.isShut() || pins.updateAndGet(n -> n == 0 ? 0 : n + 1) == 0) {
      throw closed(null);
    }
  }

  /** Takes one pin back. With the last one, the snapshot is closed. */
  void unpin() {
    if (unpinWithoutClosing()) {
      close();
    }
  }

  /**
   * Takes one pin back.
   *
   * @return whether it was the last one; then the caller must close the snapshot
   */
  boolean unpinWithoutClosing() {
    return pins.decrementAndGet() == 0;
  }

  /** Takes a cursor's pin back. */
  void unpin(ShardCursor cursor) {
    cursors.remove(cursor);
    unpin();
  }

  /** Lets no lookup begin any more. */
  void shut() {
    gate.shut();
  }

  /** Returns whether it is shut and no lookup is under way. Closing it then does not wait. */
  boolean isIdle() {
    return gate.isShut() && gate.isEmpty();
  }

  /** Returns whether everything was released. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Shuts, waits for the lookups under way, and releases everything, whoever pins it. Idempotent.
   */
  @Override
  public void close() {
    gate.shut();
    gate.awaitEmpty();
    synchronized (closing) {
      List<AutoCloseable> all = new ArrayList<>();
      if (closed) {
        return;
      }
      closed = true;
      cursors.forEach(c -> all.add(c::release));
      all.add(hold);
      all.add(() -> meter.retire(gate));
      all.add(whenClosed::run);
      Cleanup.all(all);
    }
  }

  @Override
  public String toString() {
    return "version " + info.version() + " of " + dataset;
  }

  private byte @Nullable [] find(int shard, byte[] storedKey) {
    long began = meter.begin();
    int pass = enter();
    int outcome = LookupGate.OTHER;
    byte[] value;
    try {
      value = served(shard).get(storedKey);
      outcome = value == null ? LookupGate.MISSED : LookupGate.FOUND;
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass, outcome);
    }
    meter.end(began);
    return value;
  }

  private ShardCursor cursor(int shard, StoredRange range) {
    int pass = enter();
    try {
      ShardCursor cursor = served(shard).scan(this, range);
      cursors.add(cursor);
      return cursor;
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass, LookupGate.OTHER);
    }
  }

  private LazyShard served(int shard) {
    LazyShard served = shard < 0 || shard >= shards.length ? null : shards[shard];
    if (served == null) {
      throw notServed(shard);
    }
    return served;
  }

  private InvalidRequestException notServed(int shard) {
    if (shard < 0 || shard >= shards.length) {
      return new InvalidRequestException(
          "there is no shard "
              + shard
              + " in "
              + this
              + "; expected one of 0 to "
              + (shards.length - 1));
    }
    return new InvalidRequestException(
        "this is of shard "
            + shard
            + " of "
            + this
            + ", but this reader was opened for the shards "
            + servedShards()
            + " only; ask one that serves it, or open the reader with it");
  }

  private int enter() {
    int pass = gate.enter();
    if (pass == LookupGate.REFUSED) {
      throw closed(null);
    }
    return pass;
  }

  /**
   * The exception that a lookup failed with; if the snapshot was closed meanwhile, the closing is
   * the reason.
   */
  private RuntimeException closedOr(RuntimeException failure) {
    return gate.isShut() ? closed(failure) : failure;
  }

  private ClosedException closed(@Nullable Throwable cause) {
    return new ClosedException(
        this + " is not served any more: its reader was closed, or went on; open another", cause);
  }
}
