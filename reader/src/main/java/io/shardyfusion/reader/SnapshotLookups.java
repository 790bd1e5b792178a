package io.shardyfusion.reader;

import io.shardyfusion.format.ShardEntry;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

  /**
   * Asks the snapshot, which stays open meanwhile.
   *
   * @throws io.shardyfusion.ClosedException if there is none any more
   */
  abstract <T extends @Nullable Object> T ask(Function<Snapshot, T> question);

  /** Asks a question that counts as the lookup of so many keys. */
  final <T extends @Nullable Object> T ask(int keys, Function<Snapshot, T> question) {
    if (throttle != null) {
      throttle.take(keys);
    }
    return ask(question);
  }

  @Override
  public byte @Nullable [] get(long key) {
    return ask(1, s -> s.get(key));
  }

  @Override
  public byte @Nullable [] get(String key) {
    return ask(1, s -> s.get(key));
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return ask(1, s -> s.get(key));
  }

  @Override
  public int get(long key, ByteBuffer value) {
    return ask(1, s -> s.get(key, value));
  }

  @Override
  public int get(String key, ByteBuffer value) {
    return ask(1, s -> s.get(key, value));
  }

  @Override
  public int get(byte[] key, ByteBuffer value) {
    return ask(1, s -> s.get(key, value));
  }

  @Override
  public <K> Map<K, byte[]> multiGet(Collection<K> keys) {
    return ask(keys.size(), s -> s.multiGet(keys, pool));
  }

  @Override
  public int route(long key) {
    return ask(s -> s.route(key));
  }

  @Override
  public int route(String key) {
    return ask(s -> s.route(key));
  }

  @Override
  public int route(byte[] key) {
    return ask(s -> s.route(key));
  }

  @Override
  public ShardEntry shardFor(long key) {
    return ask(s -> s.shards().get(s.route(key)));
  }

  @Override
  public ShardEntry shardFor(String key) {
    return ask(s -> s.shards().get(s.route(key)));
  }

  @Override
  public ShardEntry shardFor(byte[] key) {
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

  /** What lookups wait for; null for nothing. */
  @Nullable LookupThrottle throttle() {
    return throttle;
  }
}
