package io.shardyfusion.writer;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.LimitExceededException;
import io.shardyfusion.StorageException;
import io.shardyfusion.bulk.BulkBuild;
import io.shardyfusion.bulk.RowCounts;
import io.shardyfusion.bulk.ShardUploads;
import io.shardyfusion.bulk.StoredShard;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some neighbouring shards: sorted as they come, built and uploaded in the end.
 * Thread-safe: one caller at a time.
 */
final class ShardRange implements AutoCloseable {

  static final int PAGE_BYTES = 1 << 20;

  private @Nullable BulkBuild build;
  private final ShardUploads uploads;
  private boolean isOpen = true;

  /** The failure that left rows in a state that nobody knows, or null. */
  private @Nullable Throwable failure;

  /**
   * Rows and shards that are in the store.
   *
   * @param rows counts of all rows
   * @param shards every shard of the range, in order
   */
  record Built(RowCounts rows, List<StoredShard> shards) {}

  /**
   * A range that makes its shards in {@code store}, which the caller owns.
   *
   * @param memoryBytes for sorting, at least a page
   * @throws StorageException if the directory of {@code settings} cannot be created
   */
  ShardRange(BulkBuild.Settings settings, long memoryBytes, ObjectStore store) {
    try {
      Files.createDirectory(settings.directory());
    } catch (IOException e) {
      throw new StorageException(
          "the directory " + settings.directory() + " for rows cannot be created: " + e, e);
    }
    this.build = new BulkBuild(settings, pages(memoryBytes));
    this.uploads = new ShardUploads(store);
  }

  private static List<ByteBuffer> pages(long memoryBytes) {
    try {
      return LongStream.range(0, memoryBytes / PAGE_BYTES)
          .mapToObj(page -> ByteBuffer.allocateDirect(PAGE_BYTES))
          .toList();
    } catch (OutOfMemoryError e) {
      LimitExceededException limit =
          new LimitExceededException(
              "the process has no "
                  + memoryBytes
                  + " bytes outside of the heap for a range of shards: "
                  + e.getMessage()
                  + "; lower sortMemoryBytes, or raise -XX:MaxDirectMemorySize");
      limit.initCause(e);
      throw limit;
    }
  }

  synchronized void add(int shard, long order, byte[] key, byte @Nullable [] value) {
    try {
      usable().add(shard, order, key, value);
    } catch (InvalidRequestException e) {
      throw e;
    } catch (Throwable e) {
      // An interrupt leaves what was taken as it is.
      if (failure == null && !Thread.currentThread().isInterrupted()) {
        failure = e;
      }
      throw e;
    }
  }

  /** Builds and uploads every shard; nothing can be added after. */
  synchronized Built finish() {
    BulkBuild complete = usable();
    isOpen = false;
    List<StoredShard> shards = new ArrayList<>();
    RowCounts rows =
        complete.finish((shard, count) -> uploads.submit(shard::finish, shard, shards::add));
    uploads.finish(shards::add);
    return new Built(rows, shards);
  }

  private BulkBuild usable() {
    if (failure != null) {
      throw new StorageException(
          "an earlier row was lost; nothing was announced; write the snapshot anew: " + failure,
          failure);
    }
    BulkBuild open = build;
    if (!isOpen || open == null) {
      throw new InvalidRequestException(
          "the writer takes no more rows: it was published or closed; open another one");
    }
    return open;
  }

  /** Ends what is under way, and gives the memory back. Idempotent. */
  @Override
  public synchronized void close() {
    isOpen = false;
    BulkBuild closed = build;
    build = null;
    Cleanup.all(closed == null ? List.of(uploads) : List.of(uploads, closed));
  }
}
