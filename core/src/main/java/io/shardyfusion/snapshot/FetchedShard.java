package io.shardyfusion.snapshot;

import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.machine.FileFailure;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.shard.ShardDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One shard of a version, fetched from the store into a directory, and its rows. For whatever goes
 * through the rows of a version and is no reader.
 *
 * <pre>{@code
 * for (ShardEntry entry : manifest.shards()) {
 *   try (FetchedShard shard = FetchedShard.fetch(dataset, entry, work.resolve("shard"));
 *       RowIterator row = shard.rows()) {
 *     for (; row.isValid(); row.next()) {
 *       use(row.key(), row.value());
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p><b>Proof.</b> The chain of digests goes on from the entry: its descriptor, and of each table
 * file the size and the digest. Before the first row is handed out, the sampled keys are looked up.
 * Nothing comes from a cache, but for what the {@link Dataset} keeps of documents.
 *
 * <p><b>Ownership.</b> The directory is created by this and deleted by {@link #close()}, with all
 * that is in it; where fetching fails, at once. The dataset and its store stay the caller's. Row
 * iterators are closed before this is.
 *
 * <p><b>Threads.</b> Several shards, each in a directory of its own, may be fetched and read at the
 * same time; so may several iterators of one shard, each by one thread at a time.
 *
 * <p><b>Errors.</b> A {@link DataDamagedException} where an object is missing, altered, or not what
 * the descriptor says; a {@link StorageException} where the store or the local disk fails.
 *
 * <p><b>Cost.</b> A GET for the descriptor and one for each table file, one after the other; of the
 * disk the bytes of the shard, and twice as many on a file system without hard links; a few
 * megabytes of memory while rows are read, beside the indexes and filters of the tables.
 */
public final class FetchedShard implements AutoCloseable {

  /** Rows that are iterated are not cached; this is for the sampled keys. */
  private static final long BLOCK_CACHE_BYTES = 1 << 20;

  private final Path directory;
  private final Path files;
  private final ShardDescriptor descriptor;
  private @Nullable ReadResources resources;
  private @Nullable ShardDatabase database;
  private boolean checked;
  private boolean closed;

  private FetchedShard(Path directory, ShardDescriptor descriptor) {
    this.directory = directory;
    this.files = directory.resolve("files");
    this.descriptor = descriptor;
  }

  /**
   * Fetches a shard.
   *
   * @param entry of the version's manifest
   * @param directory for the shard's files: is created, and must not exist; its parent must
   * @throws DataDamagedException if an object of the shard is missing or damaged
   * @throws StorageException if one could not be fetched or written
   */
  public static FetchedShard fetch(Dataset dataset, ShardEntry entry, Path directory) {
    FetchedShard shard = create(dataset.descriptor(entry), directory);
    try {
      for (TableFile file : shard.descriptor.files()) {
        shard.fetch(dataset, file);
      }
      return shard;
    } catch (RuntimeException | Error e) {
      try {
        shard.close();
      } catch (StorageException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** A shard of which nothing is fetched yet; its files are, before its rows are read. */
  static FetchedShard create(ShardDescriptor descriptor, Path directory) {
    FetchedShard shard = new FetchedShard(directory, descriptor);
    try {
      Files.createDirectory(directory);
      Files.createDirectory(shard.files);
    } catch (IOException e) {
      throw new StorageException(
          "the directory for shard "
              + descriptor.shard()
              + " could not be created: "
              + FileFailure.reason(e, "choose another"),
          e);
    }
    return shard;
  }

  /** Fetches one of its files. */
  void fetch(Dataset dataset, TableFile file) {
    dataset.download(file, path(file));
  }

  /** The description of the shard's content. */
  public ShardDescriptor descriptor() {
    return descriptor;
  }

  /**
   * The path of one of the descriptor's files, valid until this is closed. The file must not be
   * changed.
   */
  public Path path(TableFile file) {
    return files.resolve(file.name());
  }

  /**
   * The rows, as keys and values are stored, in ascending unsigned order of the keys. The caller
   * closes the iterator, before this.
   *
   * @throws DataDamagedException if the database is not what the descriptor says, or a block cannot
   *     be read
   * @throws ClosedException if this is closed
   */
  public RowIterator rows() {
    return proved().iterate();
  }

  /**
   * The rows of a range, likewise.
   *
   * @param from the first stored key that may be in it; null for the first of the shard
   * @param to the first stored key that is behind it; null if it ends with the shard
   */
  public RowIterator rows(byte @Nullable [] from, byte @Nullable [] to) {
    return proved().iterate(from, to);
  }

  private synchronized ShardDatabase proved() {
    ShardDatabase open = database();
    if (!checked) {
      open.selfCheck();
      checked = true;
    }
    return open;
  }

  /** The database, opened by the first that asks, whose samples are not proved. */
  synchronized ShardDatabase database() {
    if (closed) {
      throw new ClosedException(
          "the fetched shard " + descriptor.shard() + " in " + directory + " is closed");
    }
    ShardDatabase open = database;
    if (open == null) {
      ReadResources shared = resources;
      if (shared == null) {
        shared = new ReadResources(BLOCK_CACHE_BYTES);
        resources = shared;
      }
      open = ShardDatabase.open(directory.resolve("database"), descriptor, this::path, shared);
      database = open;
    }
    return open;
  }

  /**
   * Deletes the directory. Idempotent.
   *
   * @throws IllegalStateException if a row iterator is still open: then nothing is closed
   * @throws StorageException if something could not be deleted
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    if (database != null) {
      database.close();
    }
    closed = true;
    if (resources != null) {
      resources.close();
    }
    try {
      DirectoryTree.delete(directory);
    } catch (IOException e) {
      throw new StorageException(
          "the directory "
              + directory
              + " could not be deleted: "
              + FileFailure.reason(e, "delete it"),
          e);
    }
  }
}
