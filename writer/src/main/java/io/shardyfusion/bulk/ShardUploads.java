package io.shardyfusion.bulk;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.lifecycle.WorkerPool;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.Requests;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Finishes and uploads shards in the background, a few at a time, and deletes their local files
 * then. Much of that is waiting for disks and networks. Stored shards are handed over on the
 * caller's thread, in the order in which the shards came. Used by one thread; owns its threads
 * until it is closed.
 */
@SuppressWarnings("try") // Closing waits for threads, so an interrupt may end it.
public final class ShardUploads implements AutoCloseable {

  /** The number of shards that may wait with their files on the local disk. */
  private static final int MAX_PENDING = 8;

  private final CountingObjectStore store;
  private final WorkerPool threads = new WorkerPool("upload");
  private final Queue<Upload> pending = new ArrayDeque<>();

  /** A shard on its way, and what it holds until it is finished. */
  private record Upload(Future<StoredShard> stored, AutoCloseable shard) {}

  /** Uploads into {@code store}, which the caller owns. */
  public ShardUploads(ObjectStore store) {
    this.store = new CountingObjectStore(store);
  }

  /**
   * Takes a shard to finish and upload. Waits while too many are pending; hands over those that are
   * stored by then.
   *
   * @param finish completes the database
   * @param shard is closed after that, or when this fails or is closed; idempotent
   */
  public void submit(
      Callable<ShardImage> finish, AutoCloseable shard, Consumer<StoredShard> stored) {
    try {
      while (pending.size() >= MAX_PENDING
          || (!pending.isEmpty() && pending.element().stored.isDone())) {
        stored.accept(await(pending.remove().stored));
      }
      pending.add(new Upload(threads.executor().submit(() -> upload(finish, shard)), shard));
    } catch (Throwable e) {
      Cleanup.afterFailure(e, shard);
      throw e;
    }
  }

  /** Waits for all uploads and hands over what they stored. */
  public void finish(Consumer<StoredShard> stored) {
    while (!pending.isEmpty()) {
      stored.accept(await(pending.remove().stored));
    }
  }

  private StoredShard upload(Callable<ShardImage> finish, AutoCloseable builder) throws Exception {
    ShardImage image;
    try (builder) {
      image = finish.call();
    }
    ShardEntry entry = new Publisher(store).store(image, Set.of());
    DirectoryTree.delete(image.directory());
    return new StoredShard(entry, image.descriptor().files());
  }

  /** The requests to the store so far. */
  public Requests requests() {
    return store.requests();
  }

  private static StoredShard await(Future<StoredShard> upload) {
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

  /**
   * Interrupts what is under way, waits for the threads to end, and closes the shards that are
   * left. Idempotent.
   */
  @Override
  public void close() {
    threads.close();
    List<AutoCloseable> left = pending.stream().map(Upload::shard).toList();
    pending.clear();
    Cleanup.all(left);
  }
}
