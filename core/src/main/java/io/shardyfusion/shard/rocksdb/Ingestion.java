package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.format.TableProfile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.rocksdb.Filter;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Makes a new database out of finished table files: RocksDB moves them in, names them, and lists
 * them in its MANIFEST. All go to the last level with sequence number 0; their bytes do not change.
 *
 * @param tableFiles the names RocksDB gave, in key order
 * @param sequence the database's last sequence number
 */
public record Ingestion(List<String> tableFiles, long sequence) {

  /** The least that RocksDB accepts: nothing is ever written to the memtable. */
  private static final long WRITE_BUFFER_BYTES = 64 << 10;

  public Ingestion {
    tableFiles = List.copyOf(tableFiles);
  }

  /**
   * Creates the database in {@code directory}, which has none, and closes it again. The files are
   * gone from where they were.
   */
  public static Ingestion into(Path directory, TableProfile profile, List<Path> files)
      throws RocksDBException {
    try (Filter filter = TableOptions.newFilter();
        Options options = options();
        IngestExternalFileOptions ingest = new IngestExternalFileOptions()) {
      TableOptions.forWriting(options, profile, filter);
      // No sequence number may be needed, and none may be written into the files: they are what was
      // digested or will be.
      ingest.setMoveFiles(true).setAllowGlobalSeqNo(false).setWriteGlobalSeqno(false);
      try (RocksDB db = RocksDB.open(options, directory.toString())) {
        if (!files.isEmpty()) {
          db.ingestExternalFile(files.stream().map(Path::toString).toList(), ingest);
        }
        return new Ingestion(tableFiles(db), db.getLatestSequenceNumber());
      }
    }
  }

  private static List<String> tableFiles(RocksDB db) {
    return db.getLiveFilesMetaData().stream()
        .sorted(Comparator.comparing(LiveFileMetaData::smallestKey, Arrays::compareUnsigned))
        .map(f -> f.fileName().startsWith("/") ? f.fileName().substring(1) : f.fileName())
        .toList();
  }

  private static Options options() {
    return new Options()
        .setCreateIfMissing(true)
        .setErrorIfExists(true)
        .setDisableAutoCompactions(true)
        .setAvoidFlushDuringShutdown(true)
        .setWriteBufferSize(WRITE_BUFFER_BYTES)
        .setMaxBackgroundJobs(1)
        .setMaxFileOpeningThreads(1)
        .setMaxOpenFiles(64)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setKeepLogFileNum(1)
        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
  }
}
