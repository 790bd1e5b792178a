package io.shardyfusion.benchmarks;

import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotView;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.rocksdb.RocksDB;

/**
 * The very databases that a view looks keys up in. No service is to have them, so they are reached
 * by reflection, and the names below are those of private parts of the reader.
 */
final class OpenDatabases {

  private OpenDatabases() {}

  /** The databases of {@code view}, the reader's only version, by shard; opens all. */
  static RocksDB[] of(ShardedReader reader, SnapshotView view) throws ReflectiveOperationException {
    reader.prefetch();
    Object shards = field(field(view, "snapshot"), "shards");
    RocksDB[] databases = new RocksDB[Array.getLength(shards)];
    for (int shard = 0; shard < databases.length; shard++) {
      Object database = call(call(Array.get(shards, shard), "shard"), "database");
      databases[shard] = (RocksDB) field(database, "db");
    }
    return databases;
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    return opened(field).get(of);
  }

  private static Object call(Object of, String name) throws ReflectiveOperationException {
    Method method = of.getClass().getDeclaredMethod(name);
    return opened(method).invoke(of);
  }

  private static <T extends AccessibleObject> T opened(T part) {
    part.setAccessible(true);
    return part;
  }
}
