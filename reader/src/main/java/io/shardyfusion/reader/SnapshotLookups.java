package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.Key;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lookups in whatever snapshot answers at that moment. */
abstract sealed class SnapshotLookups implements Lookups permits ShardedReader, SnapshotView {

  private final LookupPool pool;
  private final @Nullable LookupThrottle throttle;

  /**
   * Lookups with the help of {@code pool}.
   *
   * @param pool is not closed here
   * @param throttle what lookups wait for; null for nothing
   */
  SnapshotLookups(LookupPool pool, @Nullable LookupThrottle throttle) {
    this.pool = pool;
    this.throttle = throttle;
  }

  /** The snapshot to ask. */
  abstract Snapshot asked();

  /**
   * The snapshot to ask after {@code refused} has refused.
   *
   * @throws ClosedException the {@code refusal}, if there is none
   */
  abstract Snapshot askedAfter(Snapshot refused, ClosedException refusal);

  /**
   * Asks the snapshot, which stays open meanwhile, also if this is used no more after.
   *
   * @throws ClosedException if there is none any more
   */
  final <T extends @Nullable Object> T ask(Function<Snapshot, T> question) {
    Snapshot asked = asked();
    while (true) {
      try {
        return question.apply(asked);
      } catch (ClosedException e) {
        asked = askedAfter(asked, e);
      } finally {
        Reference.reachabilityFence(this);
      }
    }
  }

  /** Waits until so many keys may be looked up. */
  final void throttle(int keys) {
    if (throttle != null) {
      throttle.take(keys);
    }
  }

  // These two are written out: as questions for ask(), which many share, they would cost an
  // object and a call that is not inlined, a tenth of the lookup of a missing key.

  @Override
  public byte @Nullable [] get(long key) {
    throttle(1);
    Snapshot asked = asked();
    while (true) {
      try {
        return asked.get(key);
      } catch (ClosedException e) {
        asked = askedAfter(asked, e);
      } finally {
        Reference.reachabilityFence(this);
      }
    }
  }

  @Override
  public byte @Nullable [] get(Key key) {
    throttle(1);
    Snapshot asked = asked();
    while (true) {
      try {
        return asked.get(key);
      } catch (ClosedException e) {
        asked = askedAfter(asked, e);
      } finally {
        Reference.reachabilityFence(this);
      }
    }
  }

  @Override
  public int get(Key key, ByteBuffer value) {
    throttle(1);
    return ask(s -> s.get(key, value));
  }

  @Override
  public <K> Map<K, byte[]> multiGet(Collection<K> keys) {
    throttle(keys.size());
    return ask(s -> s.multiGet(keys, pool));
  }

  @Override
  public CompletableFuture<byte @Nullable []> getAsync(Key key) {
    return pool.submit(() -> get(key));
  }

  @Override
  public <K> CompletableFuture<Map<K, byte[]>> multiGetAsync(Collection<K> keys) {
    Collection<K> taken = new ArrayList<>(keys);
    return pool.submit(() -> multiGet(taken));
  }

  @Override
  public int route(Key key) {
    return ask(s -> s.route(key));
  }

  @Override
  public ShardEntry shardFor(Key key) {
    return ask(s -> s.shards().get(s.route(key)));
  }

  @Override
  public RowCursor scan(int shard, KeyRange range) {
    return ask(s -> s.scan(shard, range));
  }

  @Override
  public RowCursor scan(KeyRange range, ScanOrder order) {
    return ask(s -> s.scan(range, order, pool));
  }

  @Override
  public SnapshotInfo snapshot() {
    return ask(Snapshot::info);
  }

  @Override
  public List<ShardEntry> shards() {
    return ask(Snapshot::shards);
  }

  /** The threads that help. */
  LookupPool pool() {
    return pool;
  }

  /** The throttle that lookups wait for; null if they wait for none. */
  @Nullable LookupThrottle throttle() {
    return throttle;
  }
}
