package io.shardyfusion.writer;

import io.shardyfusion.InvalidRequestException;
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

  private static final int PAGE_BYTES = 1 << 20;

  private final BulkBuild build;
  private final ShardUploads uploads;
  private boolean isOpen = true;

  /** The failure that left rows in a state that nobody knows, or null. */
  private @Nullable StorageException failure;

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
   * @param memoryBytes for sorting; at least a page is taken
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
    return LongStream.range(0, Math.max(1, memoryBytes / PAGE_BYTES))
        .mapToObj(page -> ByteBuffer.allocateDirect(PAGE_BYTES))
        .toList();
  }

  synchronized void add(int shard, long order, byte[] key, byte @Nullable [] value) {
    checkUsable();
    try {
      build.add(shard, order, key, value);
    } catch (StorageException e) {
      failure = e;
      throw e;
    }
  }

  /** Builds and uploads every shard; nothing can be added after. */
  synchronized Built finish() {
    checkUsable();
    isOpen = false;
    List<StoredShard> shards = new ArrayList<>();
    RowCounts rows =
        build.finish((shard, count) -> uploads.submit(shard::finish, shard, shards::add));
    uploads.finish(shards::add);
    return new Built(rows, shards);
  }

  private void checkUsable() {
    if (failure != null) {
      throw new StorageException(
          "rows were lost when the local disk failed; nothing was announced; write the snapshot anew: "
              + failure.getMessage(),
          failure);
    }
    if (!isOpen) {
      throw new InvalidRequestException(
          "the writer takes no more rows: it was published or closed; open another one");
    }
  }

  /** Ends what is under way, and gives the memory back. Idempotent. */
  @Override
  public synchronized void close() {
    isOpen = false;
    Cleanup.all(List.of(uploads, build));
  }
}
