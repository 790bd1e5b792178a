package io.shardyfusion.reader;

import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.shard.ReadTuning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shards of all versions that a reader has open, each once, however many versions it is part
 * of: a version that leaves a shard as it was keeps its open database.
 *
 * <p>A shard lives while versions hold it, and is closed with the last hold, by the thread that
 * gives it back. Nobody may be inside by then: see {@link Snapshot}.
 *
 * <p>Thread-safe.
 */
final class ShardPool {

  private final ShardOpener opener;
  private final int maxOpenFiles;

  /** The shards that are held, by what the manifest says of them; guarded by this. */
  private final Map<ShardEntry, Held> held = new HashMap<>();

  /**
   * A pool with nothing in it.
   *
   * @param maxOpenFiles the budget of open table files, which the shards of a version share
   */
  ShardPool(ShardOpener opener, int maxOpenFiles) {
    this.opener = opener;
    this.maxOpenFiles = maxOpenFiles;
  }

  private static final class Held {
    final LazyShard shard;
    int holds;

    Held(LazyShard shard) {
      this.shard = shard;
    }
  }

  /** Shards that one version holds, until it is closed. */
  final class Hold implements AutoCloseable {

    private final List<LazyShard> shards;
    private boolean closed;

    private Hold(List<LazyShard> shards) {
      this.shards = shards;
    }

    /** The shards, in the order in which they were asked for. */
    List<LazyShard> shards() {
      return shards;
    }

    /** Gives the shards back, and closes those that nobody else holds. Idempotent. */
    @Override
    public void close() {
      synchronized (ShardPool.this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      Cleanup.all(release(shards));
    }
  }

  /**
   * Holds the shards of these entries; opens none.
   *
   * @param profile of their tables, as the manifest records it
   */
  synchronized Hold hold(Collection<ShardEntry> entries, String profile) {
    ReadTuning tuning = ReadTuning.of(profile, maxOpenFiles, Math.max(1, entries.size()));
    List<LazyShard> shards = new ArrayList<>(entries.size());
    for (ShardEntry entry : entries) {
      Held one = held.computeIfAbsent(entry, e -> new Held(new LazyShard(e, tuning, opener)));
      one.holds++;
      shards.add(one.shard);
    }
    return new Hold(List.copyOf(shards));
  }

  /** Returns whether the shard of that entry is open, for whatever version. */
  synchronized boolean isOpen(ShardEntry entry) {
    Held one = held.get(entry);
    return one != null && one.shard.isOpen();
  }

  /** The shards that are open, each once. */
  synchronized List<LazyShard> open() {
    return held.values().stream().map(h -> h.shard).filter(LazyShard::isOpen).toList();
  }

  private synchronized List<LazyShard> release(List<LazyShard> shards) {
    List<LazyShard> last = new ArrayList<>();
    for (LazyShard shard : shards) {
      Held one = held.get(shard.entry());
      if (one == null || one.shard != shard) {
        throw new IllegalStateException("shard " + shard.entry() + " is not held");
      }
      if (--one.holds == 0) {
        held.remove(shard.entry());
        last.add(shard);
      }
    }
    return last;
  }
}
