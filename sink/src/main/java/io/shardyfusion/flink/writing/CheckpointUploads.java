package io.shardyfusion.flink.writing;

import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.lifecycle.WorkerPool;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.ObjectStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads the images of shards while records flow on. Used by one thread; owns the threads that
 * upload, until it is closed.
 *
 * <p>An image counts as outstanding until it is stored, over checkpoints: its files are in the next
 * images of its shard, and a checkpoint that was aborted is announced together with the next one.
 * So {@link #allStored} covers everything that was ever submitted, and an upload that failed is
 * made again then.
 */
final class CheckpointUploads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointUploads.class);

  private final Publisher publisher;
  private final Runnable onFailure;
  private final WorkerPool threads = new WorkerPool("upload");
  private final List<Upload> outstanding = new ArrayList<>();

  /** An image on its way. */
  private static final class Upload {
    final ShardImage image;
    final Set<Sha256> present;
    CompletableFuture<Void> stored = new CompletableFuture<>();

    Upload(ShardImage image, Set<Sha256> present) {
      this.image = image;
      this.present = present;
    }
  }

  /**
   * Uploads into {@code store}, which the caller owns.
   *
   * @param onFailure is run by any thread when an upload has failed
   */
  CheckpointUploads(ObjectStore store, Runnable onFailure) {
    this.publisher = new Publisher(store);
    this.onFailure = onFailure;
  }

  /**
   * Begins to upload an image, whose directory is deleted when it is stored.
   *
   * @param present the table files that the store has, or that were submitted before
   */
  void submit(ShardImage image, Set<Sha256> present) {
    Upload upload = new Upload(image, present);
    outstanding.add(upload);
    start(upload);
  }

  private void start(Upload upload) {
    upload.stored = CompletableFuture.runAsync(() -> store(upload), threads.executor());
  }

  private void store(Upload upload) {
    try {
      publisher.store(upload.image, upload.present);
      FileUtils.deleteDirectory(upload.image.directory().toFile());
    } catch (java.io.IOException e) {
      LOG.warn("The uploaded files in {} could not be deleted.", upload.image.directory(), e);
    } catch (RuntimeException e) {
      onFailure.run();
      throw e;
    }
  }

  /**
   * Done when everything that was submitted so far is stored; failed as soon as all is tried and
   * something is not. Begins again what failed before.
   */
  CompletableFuture<Void> allStored() {
    for (Iterator<Upload> uploads = outstanding.iterator(); uploads.hasNext(); ) {
      Upload upload = uploads.next();
      if (upload.stored.isCompletedExceptionally()) {
        start(upload);
      } else if (upload.stored.isDone()) {
        uploads.remove();
      }
    }
    return CompletableFuture.allOf(
        outstanding.stream().map(u -> u.stored).toArray(CompletableFuture[]::new));
  }

  /**
   * Interrupts what is under way, and waits for the threads to end. Who waits for uploads gets a
   * failure, also for those that were never begun. Idempotent.
   */
  @Override
  public void close() {
    try {
      threads.close();
    } finally {
      outstanding.forEach(upload -> upload.stored.cancel(false));
    }
  }
}
