package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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

  private final String dataset;
  private final Manifest manifest;
  private final KeyEncoding encoding;
  private final Sharding sharding;
  private final SnapshotInfo info;
  private final LazyShard[] shards;
  private final LookupGate gate = new LookupGate();
  private final AtomicInteger pins = new AtomicInteger(1);
  private final Set<ShardCursor> cursors = ConcurrentHashMap.newKeySet();
  private final Object closing = new Object();

  /**
   * A snapshot with one pin, the caller's.
   *
   * @param dataset its name, for messages
   */
  Snapshot(String dataset, PointerEntry entry, Manifest manifest, ShardOpener opener) {
    this.dataset = dataset;
    this.manifest = manifest;
    this.encoding = manifest.keyEncoding();
    this.sharding = manifest.sharding();
    this.info = SnapshotInfo.of(entry, manifest);
    this.shards =
        manifest.shards().stream().map(s -> new LazyShard(s, opener)).toArray(LazyShard[]::new);
  }

  SnapshotInfo info() {
    checkOpen();
    return info;
  }

  List<ShardEntry> shards() {
    checkOpen();
    return manifest.shards();
  }

  KeyEncoding encoding() {
    return encoding;
  }

  int shardFor(Object key) {
    checkOpen();
    Keys.encode(encoding, key);
    return Keys.shardOf(sharding, key);
  }

  byte @Nullable [] get(long key) {
    byte[] storedKey = encoding.encode(key);
    return find(sharding.shardOf(key), storedKey);
  }

  byte @Nullable [] get(String key) {
    byte[] storedKey = encoding.encode(key);
    return find(sharding.shardOf(key), storedKey);
  }

  byte @Nullable [] get(byte[] key) {
    byte[] storedKey = encoding.encode(key);
    return find(sharding.shardOf(key), storedKey);
  }

  <K> Map<K, byte[]> multiGet(Collection<? extends K> keys) {
    MultiGet<K> request = new MultiGet<>(keys, manifest);
    int pass = enter();
    try {
      return request.look((shard, storedKeys) -> shards[shard].multiGet(storedKeys));
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass);
    }
  }

  ShardCursor scan(int shard, KeyRange range) {
    if (shard < 0 || shard >= shards.length) {
      throw new InvalidRequestException(
          "there is no shard "
              + shard
              + " in "
              + this
              + "; expected one of 0 to "
              + (shards.length - 1));
    }
    StoredRange storedRange = range.stored(encoding);
    pin();
    ShardCursor cursor = null;
    try {
      cursor = cursor(shard, storedRange);
      return cursor;
    } finally {
      if (cursor == null) {
        unpin();
      }
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
    if (pins.decrementAndGet() == 0) {
      close();
    }
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

  /**
   * Shuts, waits for the lookups under way, and releases everything, whoever pins it. Idempotent.
   */
  @Override
  public void close() {
    gate.shut();
    gate.awaitEmpty();
    synchronized (closing) {
      List<AutoCloseable> all = new ArrayList<>();
      cursors.forEach(c -> all.add(c::release));
      all.addAll(Arrays.asList(shards));
      Cleanup.all(all);
    }
  }

  @Override
  public String toString() {
    return "version " + info.version() + " of " + dataset;
  }

  private byte @Nullable [] find(int shard, byte[] storedKey) {
    int pass = enter();
    try {
      return shards[shard].get(storedKey);
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass);
    }
  }

  private ShardCursor cursor(int shard, StoredRange range) {
    int pass = enter();
    try {
      ShardCursor cursor = shards[shard].scan(this, range);
      cursors.add(cursor);
      return cursor;
    } catch (RuntimeException e) {
      throw closedOr(e);
    } finally {
      gate.leave(pass);
    }
  }

  private int enter() {
    int pass = gate.enter();
    if (pass == LookupGate.REFUSED) {
      throw closed(null);
    }
    return pass;
  }

  private void checkOpen() {
    if (gate.isShut()) {
      throw closed(null);
    }
  }

  /** What a lookup failed with; if the snapshot was closed meanwhile, that is the reason. */
  private RuntimeException closedOr(RuntimeException failure) {
    return gate.isShut() ? closed(failure) : failure;
  }

  private ClosedException closed(@Nullable Throwable cause) {
    return new ClosedException(
        "the reader that served " + this + " is closed; open another", cause);
  }
}
