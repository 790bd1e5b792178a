package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * A shard's database, open for reading. Lookups are thread-safe; {@link #close()} must come after
 * the last of them, iterators included: whoever shares an instance counts its users.
 *
 * <p>A block that cannot be read is a {@link DataDamagedException}, never a missing key. Its
 * message names the shard, the directory and, where RocksDB tells, the file.
 */
public final class ShardDatabase implements AutoCloseable {

  private final Path directory;
  private final ShardDescriptor descriptor;
  private final RocksDB db;
  private int openIterators;
  private volatile boolean closed;

  private ShardDatabase(Path directory, ShardDescriptor descriptor, RocksDB db) {
    this.directory = directory;
    this.descriptor = descriptor;
    this.db = db;
  }

  /**
   * Lays the database out in {@code directory} and opens it.
   *
   * @param directory is created, and belongs to this instance until it is closed; the caller
   *     deletes it then, and also when this fails
   * @param tableFile where a verified copy of a table file lies; it is linked into the directory,
   *     copied where the file system has no links
   * @throws DataDamagedException if a table file is missing or has another size, or RocksDB refuses
   *     the files
   * @throws io.shardyfusion.StorageException if the files could not be laid out
   */
  public static ShardDatabase open(
      Path directory,
      ShardDescriptor descriptor,
      Function<TableFile, Path> tableFile,
      ReadResources resources) {
    try {
      DatabaseFiles.layOut(directory, descriptor, tableFile);
    } catch (IOException e) {
      throw Failures.writing(descriptor.shard(), directory, e);
    }
    try (Options options = new Options()) {
      options
          .setCreateIfMissing(false)
          // All tables stay open: RocksDB then takes its shorter path for databases of one level.
          .setMaxOpenFiles(-1)
          .setMaxFileOpeningThreads(1)
          .setSkipStatsUpdateOnDbOpen(true)
          .setStatsDumpPeriodSec(0)
          .setStatsPersistPeriodSec(0)
          .setKeepLogFileNum(1)
          .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
      resources.applyTo(options);
      return new ShardDatabase(
          directory, descriptor, RocksDB.openReadOnly(options, directory.toString()));
    } catch (RocksDBException e) {
      throw Failures.reading(descriptor.shard(), directory, e);
    }
  }

  /** What this database holds. */
  public ShardDescriptor descriptor() {
    return descriptor;
  }

  /**
   * The value of a stored key, or null if there is none.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public byte @Nullable [] get(byte[] storedKey) {
    checkOpen();
    try {
      return db.get(storedKey);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /**
   * The values of stored keys, in their order; null where there is none.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public List<byte @Nullable []> multiGet(List<byte[]> storedKeys) {
    checkOpen();
    if (storedKeys.isEmpty()) {
      return List.of();
    }
    try {
      List<byte @Nullable []> values = db.multiGetAsList(storedKeys);
      // RocksDB gives null not only for a key that is not there, but also for one it failed to
      // read.
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) == null) {
          values.set(i, db.get(storedKeys.get(i)));
        }
      }
      return values;
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /**
   * An iterator in ascending unsigned order of the stored keys, at the first one. The caller closes
   * it. What it reads does not displace what is in the block cache.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public RowIterator iterate() {
    return iterate(RowIterator::seekToFirst);
  }

  /**
   * An iterator like that of {@link #iterate()}, at the first row whose stored key is not smaller
   * than {@code storedKey}.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public RowIterator iterateFrom(byte[] storedKey) {
    return iterate(rows -> rows.seek(storedKey));
  }

  private RowIterator iterate(Consumer<RowIterator> start) {
    RowIterator rows = newIterator();
    try {
      start.accept(rows);
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
    return rows;
  }

  private synchronized RowIterator newIterator() {
    checkOpen();
    ReadOptions options = new ReadOptions().setFillCache(false);
    openIterators++;
    return new RowIterator(this, options, db.newIterator(options));
  }

  synchronized void iteratorClosed() {
    openIterators--;
  }

  /**
   * Looks the descriptor's sampled keys up; the first one whose value differs is a {@link
   * DataDamagedException}.
   */
  public void selfCheck() {
    for (KeySample sample : descriptor.samples()) {
      byte[] value = get(sample.key().toBytes());
      if (value == null || KeySampler.hash(value) != sample.valueHash()) {
        throw new DataDamagedException(
            "shard "
                + descriptor.shard()
                + " in "
                + directory
                + ": the sampled key "
                + sample.key()
                + " should have a value of hash "
                + hex(sample.valueHash())
                + ", found "
                + (value == null ? "no value" : "one of hash " + hex(KeySampler.hash(value)))
                + "; the files are not the ones that the descriptor describes");
      }
    }
  }

  /**
   * The bytes of the indexes and filters that the open tables hold in memory, beside the block
   * cache. An estimate.
   */
  public long tableMemoryBytes() {
    checkOpen();
    try {
      return db.getLongProperty("rocksdb.estimate-table-readers-mem");
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /**
   * Closes the database. Idempotent.
   *
   * @throws IllegalStateException if an iterator is still open: the database then stays open too
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    if (openIterators > 0) {
      throw new IllegalStateException(
          "shard "
              + descriptor.shard()
              + " in "
              + directory
              + " has "
              + openIterators
              + " open iterators; close them before the database");
    }
    closed = true;
    db.close();
  }

  ShardyfusionException failure(RocksDBException e) {
    return Failures.reading(descriptor.shard(), directory, e);
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException(
          "the database of shard " + descriptor.shard() + " in " + directory + " is closed");
    }
  }

  private static String hex(long hash) {
    return HexFormat.of().toHexDigits(hash);
  }
}
