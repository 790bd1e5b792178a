package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.rocksdb.DatabaseFiles;
import io.shardyfusion.shard.rocksdb.KeySampler;
import io.shardyfusion.shard.rocksdb.RocksDbFailures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteOptions;

/**
 * One shard's database, open for changes. There is no write-ahead log: what was written since the
 * last {@link #checkpoint} is lost with the process, and whoever wrote it writes it again.
 *
 * <p>Not thread-safe, but it may be handed from one thread to another. {@link #close()} must come
 * after the last call of any thread. The caller deletes the directory in the end.
 */
public final class ShardWriter implements AutoCloseable {

  /** An iterator that has to skip more deleted rows than this to find a bound gives up. */
  private static final int MAX_SKIPPED_ROWS = 10_000;

  private final int shard;
  private final Path directory;
  private final RocksDB db;
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);

  /** The table files that are described already, by the name that RocksDB gave. */
  private Map<String, TableFile> described = new HashMap<>();

  private boolean changed;
  private boolean closed;

  private ShardWriter(int shard, Path directory, RocksDB db) {
    this.shard = shard;
    this.directory = directory;
    this.db = db;
  }

  /**
   * A new, empty database.
   *
   * @param directory is created, and must not exist; belongs to this instance until it is closed
   * @throws io.shardyfusion.StorageException if it cannot be created
   */
  public static ShardWriter create(
      int shard, TableProfile profile, Path directory, WriteResources resources) {
    return new ShardWriter(shard, directory, open(shard, profile, directory, resources, true));
  }

  /**
   * The database that {@code descriptor} describes, to go on from there.
   *
   * @param directory likewise
   * @param tableFile where a verified copy of a table file lies; it is linked into the directory
   * @throws io.shardyfusion.DataDamagedException if a table file is missing or has another size, or
   *     RocksDB refuses the files
   * @throws io.shardyfusion.StorageException if the files could not be laid out
   */
  public static ShardWriter open(
      ShardDescriptor descriptor,
      TableProfile profile,
      Path directory,
      Function<TableFile, Path> tableFile,
      WriteResources resources) {
    int shard = descriptor.shard();
    try {
      DatabaseFiles.layOut(directory, descriptor, tableFile);
    } catch (IOException e) {
      throw RocksDbFailures.writing(shard, directory, e);
    }
    ShardWriter writer =
        new ShardWriter(shard, directory, open(shard, profile, directory, resources, false));
    descriptor.files().forEach(f -> writer.described.put(f.name(), f));
    return writer;
  }

  private static RocksDB open(
      int shard, TableProfile profile, Path directory, WriteResources resources, boolean create) {
    try (Options options = new Options()) {
      options.setCreateIfMissing(create).setErrorIfExists(create).setAvoidFlushDuringShutdown(true);
      resources.applyTo(options, profile);
      return RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      throw create
          ? RocksDbFailures.writing(shard, directory, e)
          : RocksDbFailures.reading(shard, directory, e);
    }
  }

  /** The shard's id. */
  public int shard() {
    return shard;
  }

  /** Returns whether anything was written since the last checkpoint, or since it was opened. */
  public boolean changed() {
    return changed;
  }

  /**
   * Sets a key to a value.
   *
   * @throws InvalidRequestException if the key or the value is too long
   * @throws io.shardyfusion.StorageException if it could not be written, for example on a full disk
   */
  public void put(byte[] storedKey, byte[] value) {
    checkKey(storedKey);
    if (value.length > Limits.MAX_VALUE_BYTES) {
      throw new InvalidRequestException(
          what(storedKey)
              + " has a value of "
              + value.length
              + " bytes, more than the limit of "
              + Limits.MAX_VALUE_BYTES);
    }
    checkOpen();
    changed = true;
    try {
      db.put(writeOptions, storedKey, value);
    } catch (RocksDBException e) {
      throw RocksDbFailures.writing(shard, directory, e);
    }
  }

  /**
   * Removes a key, if it is there.
   *
   * @throws InvalidRequestException if the key is too long
   * @throws io.shardyfusion.StorageException if it could not be written
   */
  public void delete(byte[] storedKey) {
    checkKey(storedKey);
    checkOpen();
    changed = true;
    try {
      db.delete(writeOptions, storedKey);
    } catch (RocksDBException e) {
      throw RocksDbFailures.writing(shard, directory, e);
    }
  }

  /**
   * The database as it is now, as files that stay: a hard-linked copy. Flushes the write buffer,
   * and digests the table files that are new. The number of rows is RocksDB's estimate, but whether
   * there are any is certain: it is 0, and exact, of an empty shard, and never of another one.
   *
   * @param target is created, and must not exist; the caller deletes it
   * @throws io.shardyfusion.StorageException if it could not be written
   */
  public ShardImage checkpoint(Path target) {
    checkOpen();
    try {
      try (Checkpoint checkpoint = Checkpoint.create(db)) {
        checkpoint.createCheckpoint(target.toString());
      }
      List<TableFile> files = describe(target);
      ShardImage image = new ShardImage(describe(target, files), target);
      changed = false;
      return image;
    } catch (RocksDBException e) {
      throw RocksDbFailures.writing(shard, target, e);
    } catch (IOException e) {
      throw RocksDbFailures.writing(shard, target, e);
    }
  }

  private List<TableFile> describe(Path target) throws IOException {
    Map<String, TableFile> files = new TreeMap<>();
    for (String name : DatabaseFiles.tableFiles(target)) {
      TableFile known = described.get(name);
      files.put(name, known == null ? DatabaseFiles.describe(target, name) : known);
    }
    described = new HashMap<>(files);
    return List.copyOf(files.values());
  }

  private ShardDescriptor describe(Path target, List<TableFile> files)
      throws IOException, RocksDBException {
    List<KeySample> samples = samples();
    HexBytes minKey = bound(RocksIterator::seekToFirst);
    HexBytes maxKey = bound(RocksIterator::seekToLast);
    boolean isEmpty =
        files.isEmpty()
            || (samples.isEmpty() && minKey == null && maxKey == null && hasOnlyDeletedRows());
    return ShardDescriptor.builder()
        .shard(shard)
        .rows(isEmpty ? 0 : Math.max(1, estimatedRows()))
        .rowsExact(isEmpty)
        .minKey(minKey)
        .maxKey(maxKey)
        .sequence(db.getLatestSequenceNumber())
        .files(files)
        .privateFiles(DatabaseFiles.readPrivate(target))
        .samples(samples)
        .build();
  }

  private long estimatedRows() throws RocksDBException {
    return db.getLongProperty("rocksdb.estimate-num-keys");
  }

  /**
   * Returns whether no row is live. This skips deleted rows up to the first live one, which takes a
   * while if there are millions of them; so it is called only if neither end of the shard or of a
   * file has a live row in reach.
   */
  private boolean hasOnlyDeletedRows() throws RocksDBException {
    try (ReadOptions options = new ReadOptions().setFillCache(false);
        RocksIterator iterator = db.newIterator(options)) {
      iterator.seekToFirst();
      if (iterator.isValid()) {
        return false;
      }
      iterator.status();
      return true;
    }
  }

  private interface Seek {
    void on(RocksIterator iterator);
  }

  /** The first or last key; null if there is none, or too many deleted rows are in the way. */
  private @Nullable HexBytes bound(Seek seek) throws RocksDBException {
    try (ReadOptions options =
            new ReadOptions().setFillCache(false).setMaxSkippableInternalKeys(MAX_SKIPPED_ROWS);
        RocksIterator iterator = db.newIterator(options)) {
      seek.on(iterator);
      if (iterator.isValid()) {
        return HexBytes.of(iterator.key());
      }
      try {
        iterator.status();
      } catch (RocksDBException e) {
        if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Incomplete) {
          throw e;
        }
      }
      return null;
    }
  }

  /** The rows at both ends of each table file, as far as they are live. */
  private List<KeySample> samples() throws RocksDBException {
    Map<HexBytes, KeySample> samples = new HashMap<>();
    for (LiveFileMetaData file : db.getLiveFilesMetaData()) {
      sample(file.smallestKey(), samples);
      sample(file.largestKey(), samples);
    }
    List<KeySample> ordered = new ArrayList<>(samples.values());
    ordered.sort((a, b) -> a.key().hex().compareTo(b.key().hex()));
    return ordered;
  }

  private void sample(byte[] key, Map<HexBytes, KeySample> samples) throws RocksDBException {
    HexBytes hex = HexBytes.of(key);
    if (samples.size() < Limits.MAX_SAMPLES && !samples.containsKey(hex)) {
      byte[] value = db.get(key);
      if (value != null) {
        samples.put(hex, new KeySample(hex, KeySampler.hash(value)));
      }
    }
  }

  private void checkKey(byte[] storedKey) {
    if (storedKey.length > KeyEncoding.MAX_KEY_BYTES) {
      throw new InvalidRequestException(
          what(storedKey)
              + " has "
              + storedKey.length
              + " bytes, more than the limit of "
              + KeyEncoding.MAX_KEY_BYTES);
    }
  }

  private String what(byte[] storedKey) {
    String shown = HexFormat.of().formatHex(storedKey, 0, Math.min(storedKey.length, 64));
    return "shard " + shard + ": the key " + (storedKey.length <= 64 ? shown : shown + "…");
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("the writer of shard " + shard + " in " + directory + " is closed");
    }
  }

  /** Closes the database; what no checkpoint holds is lost. Idempotent. Deletes nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    db.close();
    writeOptions.close();
  }
}
