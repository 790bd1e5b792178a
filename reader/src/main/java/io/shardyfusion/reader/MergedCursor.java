package io.shardyfusion.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A cursor over the rows of several shards in the order of their stored keys: the shards' own
 * cursors in a heap, the one with the smallest key first. No key is in two shards.
 */
final class MergedCursor extends CombinedCursor {

  private static final Comparator<ShardCursor> BY_KEY =
      (a, b) -> Arrays.compareUnsigned(a.storedKey(), b.storedKey());

  private final List<Integer> shards;
  private final StoredRange range;
  private final LookupPool pool;

  /** All cursors, once the shards are open; guarded by this. */
  private List<ShardCursor> cursors = List.of();

  /** The cursors that are on a row, but for {@link #current}; guarded by this. */
  private final PriorityQueue<ShardCursor> ahead = new PriorityQueue<>(BY_KEY);

  /** Those that have still to be moved before they can be in the heap; guarded by this. */
  private final List<ShardCursor> behind = new ArrayList<>();

  /** Guarded by this. */
  private boolean started;

  /** A cursor over {@code shards}, which takes the caller's pin over. Opens none yet. */
  MergedCursor(Snapshot snapshot, List<Integer> shards, StoredRange range, LookupPool pool) {
    super(snapshot);
    this.shards = shards;
    this.range = range;
    this.pool = pool;
  }

  @Override
  boolean advance() {
    if (!started) {
      start();
    }
    if (current != null) {
      behind.add(current);
      current = null;
    }
    // One that fails stays behind, so that no call goes on without its rows.
    while (!behind.isEmpty()) {
      ShardCursor cursor = behind.get(behind.size() - 1);
      boolean onRow = cursor.next();
      behind.remove(behind.size() - 1);
      if (onRow) {
        ahead.add(cursor);
      } else {
        cursor.close();
      }
    }
    current = ahead.poll();
    return current != null;
  }

  @Override
  void closeCursors() {
    cursors.forEach(ShardCursor::close);
  }

  private void start() {
    pool.forEach(shards.size(), i -> snapshot.open(shards.get(i)));
    List<ShardCursor> opened = new ArrayList<>(shards.size());
    try {
      shards.forEach(shard -> opened.add(snapshot.scan(shard, range)));
    } catch (RuntimeException | Error e) {
      opened.forEach(ShardCursor::close);
      throw e;
    }
    cursors = opened;
    behind.addAll(opened);
    started = true;
  }
}
