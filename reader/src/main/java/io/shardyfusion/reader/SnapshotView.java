package io.shardyfusion.reader;

import io.shardyfusion.ClosedException;
import io.shardyfusion.format.ShardEntry;
import java.lang.ref.Reference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A view of one version of a dataset, which it keeps open until it is closed, whatever is refreshed
 * meanwhile: all lookups through it see the same snapshot.
 *
 * <p>It costs a few microseconds to make, and the files and memory of its version for as long as it
 * is open. One that is lost without having been closed is closed after the garbage collector found
 * it, and a warning says where it was made. It ends with its reader.
 */
public final class SnapshotView implements Lookups, AutoCloseable {

  final Snapshot snapshot;
  private final Lease lease;

  /** A view that takes the caller's pin over. */
  SnapshotView(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.lease = Lease.of(this, "view", snapshot.toString(), snapshot::unpin);
  }

  @Override
  public byte @Nullable [] get(long key) {
    return ask(s -> s.get(key));
  }

  @Override
  public byte @Nullable [] get(String key) {
    return ask(s -> s.get(key));
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return ask(s -> s.get(key));
  }

  @Override
  public <K> Map<K, byte[]> multiGet(Collection<K> keys) {
    return ask(s -> s.multiGet(keys));
  }

  @Override
  public int shardFor(long key) {
    return ask(s -> s.shardFor(key));
  }

  @Override
  public int shardFor(String key) {
    return ask(s -> s.shardFor(key));
  }

  @Override
  public int shardFor(byte[] key) {
    return ask(s -> s.shardFor(key));
  }

  @Override
  public ShardCursor scan(int shard, KeyRange range) {
    return ask(s -> s.scan(shard, range));
  }

  @Override
  public SnapshotInfo snapshot() {
    return ask(Snapshot::info);
  }

  @Override
  public List<ShardEntry> shards() {
    return ask(Snapshot::shards);
  }

  /** Lets the version go. Cursors of this view stay open. Idempotent. */
  @Override
  public void close() {
    lease.end();
  }

  /** Asks the snapshot, which cannot be let go meanwhile, not even if this was the last use. */
  private <T extends @Nullable Object> T ask(Function<Snapshot, T> question) {
    try {
      if (lease.ended()) {
        throw new ClosedException("this view of " + snapshot + " is closed; make another");
      }
      return question.apply(snapshot);
    } finally {
      Reference.reachabilityFence(this);
    }
  }
}
