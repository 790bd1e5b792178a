package io.shardyfusion.reader;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cursor over the rows of several shards, one shard after the other. */
final class ShardByShardCursor extends CombinedCursor {

  private final StoredRange range;

  /** The shards that it has not come to; guarded by this. */
  private final Iterator<Integer> shards;

  /** The shard that could not be opened, to be tried again; guarded by this. */
  private @Nullable Integer pending;

  /** A cursor over {@code shards}, which takes the caller's pin over. Opens none yet. */
  ShardByShardCursor(Snapshot snapshot, List<Integer> shards, StoredRange range) {
    super(snapshot);
    this.shards = shards.iterator();
    this.range = range;
  }

  @Override
  boolean advance() {
    while (true) {
      ShardCursor here = current;
      if (here != null) {
        if (here.next()) {
          return true;
        }
        here.close();
        current = null;
      }
      if (pending == null && !shards.hasNext()) {
        return false;
      }
      Integer shard = pending != null ? pending : shards.next();
      pending = shard;
      current = snapshot.scan(shard, range);
      pending = null;
    }
  }

  @Override
  void closeCursors() {
    if (current != null) {
      current.close();
    }
  }
}
