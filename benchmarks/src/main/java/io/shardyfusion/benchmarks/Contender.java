package io.shardyfusion.benchmarks;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.routing.HashSharding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * One of the two ways to look keys up that {@link LookupRace} compares. Thread-safe.
 *
 * <p>A reader is given the keys as its users have them. RocksDB is given all that there is to
 * prepare: stored keys, and the database of each; so encoding, routing, and what guards a lookup,
 * are the reader's cost alone.
 */
@FunctionalInterface
interface Contender {

  /**
   * Makes the requests {@code from} to {@code to - 1}.
   *
   * @return the bytes of all values that were found
   */
  long look(int from, int to) throws RocksDBException;

  /** A request a key. */
  static Contender gets(ShardedReader reader, long[] keys) {
    return (from, to) -> {
      long bytes = 0;
      for (int i = from; i < to; i++) {
        byte[] value = reader.get(keys[i]);
        bytes += value == null ? 0 : value.length;
      }
      return bytes;
    };
  }

  /** A request a key, of the database that has it or none. */
  static Contender gets(RocksDB[] databases, HashSharding sharding, long[] keys) {
    byte[][] storedKeys = new byte[keys.length][];
    RocksDB[] holders = new RocksDB[keys.length];
    for (int i = 0; i < keys.length; i++) {
      storedKeys[i] = KeyEncoding.I64.encode(keys[i]);
      holders[i] = databases[sharding.shardOf(keys[i])];
    }
    return (from, to) -> {
      long bytes = 0;
      for (int i = from; i < to; i++) {
        byte[] value = holders[i].get(storedKeys[i]);
        bytes += value == null ? 0 : value.length;
      }
      return bytes;
    };
  }

  /** A request for each {@code batch} keys. */
  static Contender multiGets(ShardedReader reader, long[] keys, int batch) {
    List<List<Long>> batches = new ArrayList<>();
    for (int i = 0; i < keys.length; i += batch) {
      List<Long> one = new ArrayList<>(batch);
      for (int k = i; k < i + batch; k++) {
        one.add(keys[k]);
      }
      batches.add(one);
    }
    return (from, to) -> {
      long bytes = 0;
      for (int i = from; i < to; i++) {
        Map<Long, byte[]> found = reader.multiGet(batches.get(i));
        for (byte[] value : found.values()) {
          bytes += value.length;
        }
      }
      return bytes;
    };
  }

  /** Likewise; the keys of a batch are already parted by database. */
  static Contender multiGets(RocksDB[] databases, HashSharding sharding, long[] keys, int batch) {
    RocksDB[][] holders = new RocksDB[keys.length / batch][];
    List<List<List<byte[]>>> batches = new ArrayList<>();
    for (int i = 0; i < holders.length; i++) {
      Map<Integer, List<byte[]>> parts = new TreeMap<>();
      for (int k = i * batch; k < (i + 1) * batch; k++) {
        parts
            .computeIfAbsent(sharding.shardOf(keys[k]), shard -> new ArrayList<>())
            .add(KeyEncoding.I64.encode(keys[k]));
      }
      holders[i] = parts.keySet().stream().map(s -> databases[s]).toArray(RocksDB[]::new);
      batches.add(List.copyOf(parts.values()));
    }
    return (from, to) -> {
      long bytes = 0;
      for (int i = from; i < to; i++) {
        List<List<byte[]>> parts = batches.get(i);
        for (int part = 0; part < holders[i].length; part++) {
          for (byte[] value : holders[i][part].multiGetAsList(parts.get(part))) {
            bytes += value == null ? 0 : value.length;
          }
        }
      }
      return bytes;
    };
  }
}
