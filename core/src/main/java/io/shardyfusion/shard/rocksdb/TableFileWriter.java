package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.format.TableProfile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.EnvOptions;
import org.rocksdb.Filter;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/**
 * Writes rows in ascending key order to table files, a new one whenever one has reached its target
 * size.
 */
public final class TableFileWriter implements AutoCloseable {

  private static final long MAX_BYTES_BETWEEN_CHECKS = 1 << 20;

  private final int shard;
  private final Path directory;
  private final long targetFileBytes;
  private final long bytesBetweenChecks;
  private final List<Path> files = new ArrayList<>();

  private final Filter filter;
  private final Options options;
  private final EnvOptions envOptions;
  private final SstFileWriter writer;

  private boolean fileOpen;
  private long bytesSinceCheck;
  private boolean closed;

  /** A writer of files {@code 0.sst}, {@code 1.sst} … in {@code directory}, which exists. */
  public TableFileWriter(int shard, TableProfile profile, Path directory, long targetFileBytes) {
    this.shard = shard;
    this.directory = directory;
    this.targetFileBytes = targetFileBytes;
    this.bytesBetweenChecks = Math.min(MAX_BYTES_BETWEEN_CHECKS, targetFileBytes / 8);
    filter = TableOptions.newFilter();
    options = new Options();
    TableOptions.forWriting(options, profile, filter);
    envOptions = new EnvOptions();
    writer = new SstFileWriter(envOptions, options);
  }

  /** Writes a row. The buffers are direct; their positions move. */
  public void put(ByteBuffer key, ByteBuffer value) {
    int bytes = key.remaining() + value.remaining();
    try {
      if (!fileOpen) {
        openFile();
      }
      writer.put(key, value);
      bytesSinceCheck += bytes;
      if (bytesSinceCheck > bytesBetweenChecks) {
        bytesSinceCheck = 0;
        if (writer.fileSize() >= targetFileBytes) {
          finishFile();
        }
      }
    } catch (RocksDBException e) {
      throw RocksDbFailures.writing(shard, files.get(files.size() - 1), e);
    }
  }

  /** Completes the last file, and returns all of them in key order; none if there was no row. */
  public List<Path> finish() {
    if (fileOpen) {
      try {
        finishFile();
      } catch (RocksDBException e) {
        throw RocksDbFailures.writing(shard, files.get(files.size() - 1), e);
      }
    }
    return List.copyOf(files);
  }

  private void openFile() throws RocksDBException {
    Path file = directory.resolve(files.size() + ".sst");
    files.add(file);
    writer.open(file.toString());
    fileOpen = true;
  }

  private void finishFile() throws RocksDBException {
    fileOpen = false;
    bytesSinceCheck = 0;
    writer.finish();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    writer.close();
    envOptions.close();
    options.close();
    filter.close();
  }
}
