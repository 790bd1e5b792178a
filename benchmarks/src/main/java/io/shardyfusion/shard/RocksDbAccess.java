package io.shardyfusion.shard;

import org.rocksdb.RocksDB;

/** The bare RocksDB below a shard's database. */
public final class RocksDbAccess {

  private RocksDbAccess() {}

  /** The RocksDB itself, to be used only while {@code database} is open. */
  public static RocksDB of(ShardDatabase database) {
    return database.db;
  }
}
