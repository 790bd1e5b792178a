package io.shardyfusion.flink;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.dataset.StoredShard;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.flink.util.FileUtils;

/**
 * Uploads built shards in the background, a few at a time, in the order in which they came, and
 * deletes their local files then. Reports are handed over on the caller's thread. Used by one
 * thread; owns its upload threads until it is closed.
 */
final class ShardUploads implements AutoCloseable {

  private static final int THREADS = 4;

  /** How many shards may wait with their files on the local disk. */
  private static final int MAX_PENDING = 8;

  private final ObjectStore store;
  private final ExecutorService executor;
  private final Queue<Future<ShardReport>> pending = new ArrayDeque<>();

  /** Uploads into {@code store}, which the caller owns. */
  ShardUploads(ObjectStore store) {
    this.store = store;
    this.executor =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "shardyfusion-upload");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes a shard to upload. Waits while too many are pending; hands over the reports that are
   * there by then.
   */
  void submit(ShardImage image, Consumer<ShardReport> stored) {
    while (pending.size() >= MAX_PENDING || (!pending.isEmpty() && pending.element().isDone())) {
      stored.accept(await(pending.remove()));
    }
    pending.add(executor.submit(() -> upload(image)));
  }

  /** Waits for all uploads and hands over their reports. */
  void finish(Consumer<ShardReport> stored) {
    while (!pending.isEmpty()) {
      stored.accept(await(pending.remove()));
    }
  }

  private ShardReport upload(ShardImage image) throws IOException {
    CountingObjectStore counted = new CountingObjectStore(store);
    StoredShard shard = new Publisher(counted, Clock.systemUTC()).store(image, Set.of());
    FileUtils.deleteDirectory(image.directory().toFile());
    return new ShardReport(
        shard.entry(), shard.newBytes(), shard.newFiles(), counted.puts(), counted.gets());
  }

  private static ShardReport await(Future<ShardReport> upload) {
    try {
      return upload.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("the upload was interrupted; nothing was announced", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new StorageException("a shard could not be uploaded: " + e.getCause(), e.getCause());
    }
  }

  /** Ends the upload threads; uploads under way are interrupted. Idempotent. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
