package io.shardyfusion.shard;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableEngine;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.rocksdb.DatabaseFiles;
import io.shardyfusion.shard.rocksdb.Ingestion;
import io.shardyfusion.shard.rocksdb.KeySampler;
import io.shardyfusion.shard.rocksdb.RocksDbFailures;
import io.shardyfusion.shard.rocksdb.TableFileWriter;
import io.shardyfusion.shard.rocksdb.TableOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Builds one shard's database from rows in ascending key order, the fast way: table files are
 * written directly, then taken into an empty RocksDB, which gives them their names and the MANIFEST
 * that lists them. No row passes through a memtable or a compaction. Not thread-safe, but it may be
 * handed from one thread to another: {@link #finish()} mostly waits for the disk. The caller
 * deletes the directory in the end, whatever happened.
 *
 * <p>A builder that has failed can only be closed.
 */
public final class ShardBuilder implements AutoCloseable {

  private static final long TARGET_FILE_BYTES = 256L << 20;

  private final int shard;
  private final TableProfile profile;
  private final Path directory;
  private final Path staging;
  private final TableFileWriter tables;
  private final KeySampler sampler = new KeySampler();

  private State state = State.OPEN;
  private long rows;
  private @Nullable HexBytes minKey;
  private ByteBuffer lastKey = ByteBuffer.allocate(64).limit(0);

  private enum State {
    OPEN,
    FINISHED,
    FAILED,
    CLOSED
  }

  /**
   * A builder of {@code shard} in {@code directory}, which is created and must not exist.
   *
   * @throws io.shardyfusion.StorageException if it cannot be created
   */
  public ShardBuilder(int shard, TableProfile profile, Path directory) {
    this(shard, profile, directory, TARGET_FILE_BYTES);
  }

  /** A builder that begins a new table file when one has reached {@code targetFileBytes}. */
  ShardBuilder(int shard, TableProfile profile, Path directory, long targetFileBytes) {
    this.shard = shard;
    this.profile = profile;
    this.directory = directory;
    this.staging = directory.resolve("staging");
    try {
      Files.createDirectory(directory);
      Files.createDirectory(staging);
    } catch (IOException e) {
      throw RocksDbFailures.writing(shard, directory, e);
    }
    tables = new TableFileWriter(shard, profile, staging, targetFileBytes);
  }

  /**
   * The RocksDB that is loaded in this process, as a manifest of shards of {@code profile} names
   * it.
   */
  public static TableEngine engine(TableProfile profile) {
    return new TableEngine("rocksdb", TableOptions.engineVersion(), profile.externalName());
  }

  /**
   * Appends a row. The buffers are direct, are read from position to limit, and can be used again
   * after the call; it leaves their positions as they are.
   *
   * @param key larger, in unsigned byte order, than the key before; at most {@link
   *     KeyEncoding#MAX_KEY_BYTES} long
   * @param value at most {@link Limits#MAX_VALUE_BYTES} long
   * @throws IllegalArgumentException if the key is not larger, or a buffer is not direct
   * @throws InvalidRequestException if the key or the value is too long
   * @throws io.shardyfusion.StorageException if the file could not be written, for example on a
   *     full disk
   * @throws ClosedException if the builder is finished, failed or closed
   */
  public void add(ByteBuffer key, ByteBuffer value) {
    checkOpen();
    check(key, value);
    int keyPosition = key.position();
    int valuePosition = value.position();
    state = State.FAILED;
    tables.put(key, value);
    state = State.OPEN;
    key.position(keyPosition);
    value.position(valuePosition);
    remember(key);
    sampler.offer(key, value);
    rows++;
  }

  /**
   * Completes the database and describes it. Nothing can be added after. Reads all table files
   * again, to digest them.
   *
   * @throws io.shardyfusion.StorageException if the database could not be written
   * @throws ClosedException if the builder is finished, failed or closed
   */
  public ShardImage finish() {
    checkOpen();
    state = State.FAILED;
    try {
      List<Path> files = tables.finish();
      tables.close();
      Ingestion ingestion = Ingestion.into(directory, profile, files);
      if (ingestion.tableFiles().size() != files.size()) {
        throw new IllegalStateException(
            "shard "
                + shard
                + " in "
                + directory
                + ": RocksDB was given "
                + files.size()
                + " table files and lists "
                + ingestion.tableFiles());
      }
      Files.delete(staging);
      ShardImage image = new ShardImage(describe(ingestion), directory);
      state = State.FINISHED;
      return image;
    } catch (RocksDBException e) {
      throw RocksDbFailures.writing(shard, directory, e);
    } catch (IOException e) {
      throw RocksDbFailures.writing(shard, directory, e);
    }
  }

  /** Releases native memory and open files; deletes nothing. Idempotent. */
  @Override
  public void close() {
    state = State.CLOSED;
    tables.close();
  }

  private ShardDescriptor describe(Ingestion ingestion) throws IOException {
    List<TableFile> files = new ArrayList<>();
    for (String name : ingestion.tableFiles()) {
      files.add(DatabaseFiles.describe(directory, name));
    }
    return ShardDescriptor.builder()
        .shard(shard)
        .rows(rows)
        .rowsExact(true)
        .minKey(minKey)
        .maxKey(rows == 0 ? null : HexBytes.of(bytes(lastKey)))
        .sequence(ingestion.sequence())
        .files(files)
        .privateFiles(DatabaseFiles.readPrivate(directory))
        .samples(sampler.samples())
        .build();
  }

  private void check(ByteBuffer key, ByteBuffer value) {
    if (!key.isDirect() || !value.isDirect()) {
      throw new IllegalArgumentException("expected direct buffers, found " + key + " and " + value);
    }
    if (key.remaining() > KeyEncoding.MAX_KEY_BYTES) {
      throw new InvalidRequestException(
          "shard "
              + shard
              + ": a key of "
              + key.remaining()
              + " bytes is longer than the limit of "
              + KeyEncoding.MAX_KEY_BYTES
              + " bytes; it begins with "
              + hex(key));
    }
    if (value.remaining() > Limits.MAX_VALUE_BYTES) {
      throw new InvalidRequestException(
          "shard "
              + shard
              + ": the value of the key "
              + hex(key)
              + " has "
              + value.remaining()
              + " bytes, more than the limit of "
              + Limits.MAX_VALUE_BYTES);
    }
    if (rows > 0 && compareUnsigned(lastKey, key) >= 0) {
      throw new IllegalArgumentException(
          "shard "
              + shard
              + ": keys must ascend in unsigned byte order; found "
              + hex(key)
              + " after "
              + hex(lastKey)
              + "; sort the rows and keep one per key");
    }
  }

  private void checkOpen() {
    if (state != State.OPEN) {
      throw new ClosedException(
          "the builder of shard "
              + shard
              + " in "
              + directory
              + " is "
              + state.name().toLowerCase(Locale.ROOT)
              + "; use a new builder and a new directory");
    }
  }

  private void remember(ByteBuffer key) {
    if (rows == 0) {
      minKey = HexBytes.of(bytes(key));
    }
    int length = key.remaining();
    if (lastKey.capacity() < length) {
      lastKey = ByteBuffer.allocate(Math.max(length, 2 * lastKey.capacity()));
    }
    lastKey.limit(length).put(0, key, key.position(), length);
  }

  private static int compareUnsigned(ByteBuffer a, ByteBuffer b) {
    int mismatch = a.mismatch(b);
    if (mismatch < 0) {
      return 0;
    }
    if (mismatch >= a.remaining() || mismatch >= b.remaining()) {
      return a.remaining() - b.remaining();
    }
    return Byte.compareUnsigned(a.get(a.position() + mismatch), b.get(b.position() + mismatch));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }

  private static String hex(ByteBuffer key) {
    byte[] bytes = bytes(key);
    String shown = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 64));
    return bytes.length <= 64 ? shown : shown + "… (" + bytes.length + " bytes)";
  }
}
