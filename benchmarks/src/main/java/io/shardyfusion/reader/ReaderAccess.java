package io.shardyfusion.reader;

import io.shardyfusion.shard.RocksDbAccess;
import io.shardyfusion.store.ObjectStore;
import java.util.Objects;
import java.util.stream.IntStream;
import org.rocksdb.RocksDB;

/** The parts of a reader that benchmarks need beside its public methods. */
public final class ReaderAccess {

  private ReaderAccess() {}

  /** A reader on the dataset in {@code store}, which it owns from now on. */
  public static ShardedReader open(ReaderOptions options, ObjectStore store) {
    return ShardedReader.open(options, store);
  }

  /** The very databases that {@code view} looks keys up in, by shard; opens those that are not. */
  public static RocksDB[] databases(SnapshotView view) {
    Snapshot snapshot = view.snapshot;
    return IntStream.range(0, snapshot.shards().size())
        .mapToObj(shard -> RocksDbAccess.of(served(snapshot, shard).shard().database()))
        .toArray(RocksDB[]::new);
  }

  private static LazyShard served(Snapshot snapshot, int shard) {
    snapshot.requireServed(shard);
    return Objects.requireNonNull(snapshot.shards[shard]);
  }
}
