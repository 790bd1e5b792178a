package io.shardyfusion.benchmarks;

import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.shard.rocksdb.DatabaseFiles;
import io.shardyfusion.shard.rocksdb.TableOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Filter;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * The other side of a comparison with {@link ShardBuilder}: a shard's database that rows are put
 * into in any order, flushed and compacted in the end. Tables are those of the profile; there is no
 * write-ahead log, and each row is compacted at most once, since automatic compactions are off. Not
 * thread-safe.
 */
final class PutShardBuilder implements AutoCloseable {

  private final int shard;
  private final Path directory;
  private final Filter filter;
  private final Options options;
  private final WriteOptions writes;
  private final RocksDB database;
  private long rows;
  private @Nullable HexBytes minKey;
  private @Nullable HexBytes maxKey;

  /** Creates the database; two write buffers of {@code writeBufferBytes} each at most. */
  PutShardBuilder(int shard, TableProfile profile, Path directory, long writeBufferBytes)
      throws RocksDBException {
    this.shard = shard;
    this.directory = directory;
    filter = TableOptions.newFilter();
    options =
        new Options()
            .setCreateIfMissing(true)
            .setDisableAutoCompactions(true)
            .setWriteBufferSize(writeBufferBytes)
            .setMaxWriteBufferNumber(2)
            .setMaxBackgroundJobs(2)
            .setMaxFileOpeningThreads(1)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0)
            .setKeepLogFileNum(1)
            .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
    TableOptions.forWriting(options, profile, filter);
    writes = new WriteOptions().setDisableWAL(true);
    database = RocksDB.open(options, directory.toString());
  }

  /** Puts a row, whose key is new. */
  void put(byte[] key, byte[] value) throws RocksDBException {
    database.put(writes, key, value);
    rows++;
  }

  /** Begins to write what is in memory into a table file, in the background. */
  void startFlush() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(false)) {
      database.flush(flush);
    }
  }

  /** Flushes, compacts, closes the database, and describes it; digests all table files. */
  ShardImage finish() throws RocksDBException, IOException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      database.flush(flush);
    }
    database.compactRange();
    List<LiveFileMetaData> live = new ArrayList<>(database.getLiveFilesMetaData());
    live.sort(Comparator.comparing(LiveFileMetaData::smallestKey, Arrays::compareUnsigned));
    if (!live.isEmpty()) {
      minKey = HexBytes.of(live.get(0).smallestKey());
      maxKey = HexBytes.of(live.get(live.size() - 1).largestKey());
    }
    long sequence = database.getLatestSequenceNumber();
    close();
    List<TableFile> files = new ArrayList<>();
    for (LiveFileMetaData file : live) {
      files.add(DatabaseFiles.describe(directory, file.fileName().substring(1)));
    }
    return new ShardImage(
        ShardDescriptor.builder()
            .shard(shard)
            .rows(rows)
            .rowsExact(true)
            .minKey(minKey)
            .maxKey(maxKey)
            .sequence(sequence)
            .files(files)
            .privateFiles(DatabaseFiles.readPrivate(directory))
            .build(),
        directory);
  }

  /** Closes the database; deletes nothing. Idempotent. */
  @Override
  public void close() {
    database.close();
    writes.close();
    options.close();
    filter.close();
  }
}
