package io.shardyfusion.flink.writing;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.IOUtils;

/**
 * Finishes and uploads shards in the background, a few at a time, and deletes their local files
 * then. Much of that is waiting for disks and networks. Reports are handed over on the caller's
 * thread, in the order in which the shards came. Used by one thread; owns its threads until it is
 * closed.
 */
@SuppressWarnings("try") // Closing waits for threads, so an interrupt may end it.
public final class ShardUploads implements AutoCloseable {

  /** The number of shards that may wait with their files on the local disk. */
  private static final int MAX_PENDING = 8;

  private final CountingObjectStore store;
  private final OperatorThreads threads = new OperatorThreads("upload");
  private final Queue<Upload> pending = new ArrayDeque<>();

  /** A shard on its way, and what it holds until it is finished. */
  private record Upload(Future<ShardReport> report, AutoCloseable shard) {}

  /** Uploads into {@code store}, which the caller owns. */
  public ShardUploads(ObjectStore store) {
    this.store = new CountingObjectStore(store);
  }

  /**
   * Takes a shard to finish and upload. Waits while too many are pending; hands over the reports
   * that are there by then.
   *
   * @param finish completes the database
   * @param shard is closed after that, or when this is closed; idempotent
   */
  public void submit(
      Callable<ShardImage> finish, AutoCloseable shard, Consumer<ShardReport> stored) {
    while (pending.size() >= MAX_PENDING
        || (!pending.isEmpty() && pending.element().report.isDone())) {
      stored.accept(await(pending.remove().report));
    }
    pending.add(new Upload(threads.executor().submit(() -> upload(finish, shard)), shard));
  }

  /** Waits for all uploads and hands over their reports. */
  public void finish(Consumer<ShardReport> stored) {
    while (!pending.isEmpty()) {
      stored.accept(await(pending.remove().report));
    }
  }

  private ShardReport upload(Callable<ShardImage> finish, AutoCloseable builder) throws Exception {
    ShardImage image;
    try (builder) {
      image = finish.call();
    }
    ShardEntry entry = new Publisher(store).store(image, Set.of());
    FileUtils.deleteDirectory(image.directory().toFile());
    return new ShardReport(
        entry,
        true,
        image.descriptor().files().stream()
            .map(f -> new ReportedFile(f.sha256(), f.size(), true))
            .toList());
  }

  /** Requests that wrote objects, so far. */
  public long puts() {
    return store.puts();
  }

  /** Requests that read objects, so far. */
  public long gets() {
    return store.gets();
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

  /**
   * Interrupts what is under way, waits for the threads to end, and closes the shards that are
   * left. Idempotent.
   */
  @Override
  public void close() {
    threads.close();
    IOUtils.closeAllQuietly(pending.stream().map(Upload::shard).toList());
    pending.clear();
  }
}
