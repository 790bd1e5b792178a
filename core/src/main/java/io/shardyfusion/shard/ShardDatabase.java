package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.shard.rocksdb.DatabaseFiles;
import io.shardyfusion.shard.rocksdb.DirectKey;
import io.shardyfusion.shard.rocksdb.KeySampler;
import io.shardyfusion.shard.rocksdb.RocksDbFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
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
import org.rocksdb.Slice;

/**
 * A shard's database, open for reading. Lookups are thread-safe; {@link #close()} must come after
 * the last of them, iterators included: whoever shares an instance counts its users.
 *
 * <p>A block that cannot be read is a {@link DataDamagedException}, never a missing key. Its
 * message names the shard, the directory and, where RocksDB tells, the file.
 */
public final class ShardDatabase implements AutoCloseable {

  /** Returned by {@link #get(byte[], ByteBuffer)} for a key that is not there. */
  public static final int NOT_FOUND = RocksDB.NOT_FOUND;

  /**
   * The number of keys of a batch that are looked up one by one before RocksDB's multiGet may take
   * over. multiGet costs some 4 % less for each key that is there, but only with a hundred keys or
   * so; with few, it costs up to 15 % more.
   */
  private static final int PROBED_KEYS = 32;

  /** Descriptors that RocksDB's limit counts beside those of table files. */
  private static final int OTHER_OPEN_FILES = 10;

  private final Path directory;
  private final ShardDescriptor descriptor;
  final RocksDB db;
  private final ReadOptions lookupOptions;
  private int openIterators;
  private volatile boolean closed;

  private ShardDatabase(
      Path directory, ShardDescriptor descriptor, RocksDB db, ReadOptions lookupOptions) {
    this.directory = directory;
    this.descriptor = descriptor;
    this.db = db;
    this.lookupOptions = lookupOptions;
  }

  /** Opens a database as {@link ReadTuning#DEFAULT} says; everything else is as below. */
  public static ShardDatabase open(
      Path directory,
      ShardDescriptor descriptor,
      Function<TableFile, Path> tableFile,
      ReadResources resources) {
    return open(directory, descriptor, tableFile, resources, ReadTuning.DEFAULT);
  }

  /**
   * Lays the database out in {@code directory} and opens it.
   *
   * @param directory is created, and belongs to this instance until it is closed; the caller
   *     deletes it then, and also when this fails
   * @param tableFile where a verified copy of a table file lies; it is linked into the directory,
   *     by a symbolic link where it is on a file system that cannot be written, and copied where
   *     there are no links
   * @throws DataDamagedException if a table file is missing or has another size, or RocksDB refuses
   *     the files
   * @throws io.shardyfusion.StorageException if the files could not be laid out
   */
  public static ShardDatabase open(
      Path directory,
      ShardDescriptor descriptor,
      Function<TableFile, Path> tableFile,
      ReadResources resources,
      ReadTuning tuning) {
    try {
      DatabaseFiles.layOut(directory, descriptor, tableFile);
    } catch (IOException e) {
      throw RocksDbFailures.writing(descriptor.shard(), directory, e);
    }
    try (Options options = new Options()) {
      options
          .setCreateIfMissing(false)
          .setMaxOpenFiles(maxOpenFiles(descriptor, tuning))
          .setAllowMmapReads(tuning.access() == ReadTuning.TableAccess.MAPPED)
          .setMaxFileOpeningThreads(1)
          .setSkipStatsUpdateOnDbOpen(true)
          .setStatsDumpPeriodSec(0)
          .setStatsPersistPeriodSec(0)
          .setKeepLogFileNum(1)
          .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
      resources.applyTo(options);
      return new ShardDatabase(
          directory,
          descriptor,
          RocksDB.openReadOnly(options, directory.toString()),
          resources.lookupOptions());
    } catch (RocksDBException e) {
      throw RocksDbFailures.reading(descriptor.shard(), directory, e);
    }
  }

  private static int maxOpenFiles(ShardDescriptor descriptor, ReadTuning tuning) {
    // If all tables may stay open, RocksDB takes its shorter path for databases of one level.
    return descriptor.files().size() <= tuning.maxOpenFiles()
        ? -1
        : tuning.maxOpenFiles() + OTHER_OPEN_FILES;
  }

  /** The description of this database's content. */
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
      return db.get(lookupOptions, storedKey);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /**
   * Reads the value of a stored key into a buffer, with no copy on the heap.
   *
   * @param value direct and writable. A value that fits between its position and its limit is
   *     written there, and the limit is set to the value's end, so that the buffer is ready to be
   *     read. Else position and limit stay, and the bytes between them may be anything
   * @return the value's size in bytes, which is more than {@code value} had remaining if it did not
   *     fit; or {@link #NOT_FOUND}
   * @throws InvalidRequestException if the buffer is not direct, or read-only
   * @throws DataDamagedException if a block cannot be read
   */
  public int get(byte[] storedKey, ByteBuffer value) {
    checkOpen();
    if (!value.isDirect() || value.isReadOnly()) {
      throw new InvalidRequestException(
          "the buffer for a value must be direct and writable, found a "
              + (value.isReadOnly() ? "read-only" : "heap")
              + " one; allocate it by ByteBuffer.allocateDirect");
    }
    int position = value.position();
    int limit = value.limit();
    int size;
    try {
      size = db.get(lookupOptions, DirectKey.of(storedKey), value);
    } catch (RocksDBException e) {
      throw failure(e);
    }
    value.limit(size >= 0 && size <= limit - position ? position + size : limit);
    return size;
  }

  /**
   * The values of stored keys, in their order; null where there is none.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public List<byte @Nullable []> multiGet(List<byte[]> storedKeys) {
    byte[] @Nullable [] values = new byte[storedKeys.size()][];
    multiGet(storedKeys.toArray(byte[][]::new), 0, values.length, values);
    return Arrays.asList(values);
  }

  /**
   * Looks up the stored keys {@code [from, to)} of an array, and puts their values at the same
   * places of another; null where there is none.
   *
   * <p>RocksDB's own multiGet does not tell a key that is not there from one that it failed to
   * read, so each null has to be asked for again. Therefore it is used only for a batch that is
   * large, and whose first keys were nearly all there. Measured (1 M rows, blocks cached, ns per
   * key that is there, and that is not): one by one 2 315 and 195; multiGet of 1 000 keys 2 156 and
   * 409, of 12 keys 2 394 and 450, of 2 keys 2 349 and 760.
   *
   * @throws DataDamagedException if a block cannot be read; some of the values may be there
   */
  public void multiGet(byte[][] storedKeys, int from, int to, byte[] @Nullable [] values) {
    checkOpen();
    try {
      int probed = to - from < 2 * PROBED_KEYS ? to : from + PROBED_KEYS;
      int found = getEach(storedKeys, from, probed, values);
      if (probed == to) {
        return;
      }
      if (found < PROBED_KEYS * 7 / 8) {
        getEach(storedKeys, probed, to, values);
      } else {
        getTogether(storedKeys, probed, to, values);
      }
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  private int getEach(byte[][] storedKeys, int from, int to, byte[] @Nullable [] values)
      throws RocksDBException {
    int found = 0;
    for (int i = from; i < to; i++) {
      byte[] value = db.get(lookupOptions, storedKeys[i]);
      values[i] = value;
      found += value == null ? 0 : 1;
    }
    return found;
  }

  private void getTogether(byte[][] storedKeys, int from, int to, byte[] @Nullable [] values)
      throws RocksDBException {
    List<byte[]> keys = Arrays.asList(storedKeys).subList(from, to);
    List<byte @Nullable []> found = db.multiGetAsList(lookupOptions, keys);
    for (int i = from; i < to; i++) {
      byte[] value = found.get(i - from);
      values[i] = value != null ? value : db.get(lookupOptions, storedKeys[i]);
    }
  }

  /**
   * An iterator in ascending unsigned order of the stored keys, at the first one. The caller closes
   * it. What it reads does not displace what is in the block cache.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public RowIterator iterate() {
    return iterate(null, RowIterator::seekToFirst);
  }

  /**
   * An iterator like that of {@link #iterate()}, at the first row whose stored key is not smaller
   * than {@code storedKey}.
   *
   * @throws DataDamagedException if a block cannot be read
   */
  public RowIterator iterateFrom(byte[] storedKey) {
    return iterate(null, rows -> rows.seek(storedKey));
  }

  /**
   * An iterator like that of {@link #iterate()}, over a range.
   *
   * @param from the first stored key that may be in it; null for the first of the shard
   * @param to the first stored key that is behind it; null if it ends with the shard
   * @throws DataDamagedException if a block cannot be read
   */
  public RowIterator iterate(byte @Nullable [] from, byte @Nullable [] to) {
    return iterate(to, from == null ? RowIterator::seekToFirst : rows -> rows.seek(from));
  }

  private RowIterator iterate(byte @Nullable [] to, Consumer<RowIterator> start) {
    RowIterator rows = newIterator(to);
    try {
      start.accept(rows);
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
    return rows;
  }

  private synchronized RowIterator newIterator(byte @Nullable [] to) {
    checkOpen();
    ReadOptions options = new ReadOptions().setFillCache(false);
    Slice end = to == null ? null : new Slice(to);
    if (end != null) {
      options.setIterateUpperBound(end);
    }
    openIterators++;
    return new RowIterator(this, options, end, db.newIterator(options));
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
    return RocksDbFailures.reading(descriptor.shard(), directory, e);
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
