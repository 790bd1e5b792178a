package io.shardyfusion.flink.writing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StateUtil;
import org.apache.flink.util.concurrent.FutureUtils;

/**
 * A snapshot of keyed state that is not done before uploads are: a checkpoint that needs it
 * completes only when every byte is stored. Flink runs it on a thread that may block, while records
 * flow on. If an upload fails, the checkpoint fails, and the snapshot is discarded.
 */
final class SnapshotAfterUploads extends FutureTask<SnapshotResult<KeyedStateHandle>> {

  private final RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot;

  SnapshotAfterUploads(
      RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot, CompletableFuture<Void> uploads) {
    super(() -> run(snapshot, uploads));
    this.snapshot = snapshot;
  }

  private static SnapshotResult<KeyedStateHandle> run(
      RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot, CompletableFuture<Void> uploads)
      throws ExecutionException, InterruptedException {
    SnapshotResult<KeyedStateHandle> result = FutureUtils.runIfNotDoneAndGet(snapshot);
    try {
      uploads.get();
    } catch (ExecutionException | InterruptedException e) {
      discard(snapshot, e);
      throw e;
    }
    return result;
  }

  private static void discard(
      RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot, Exception failure) {
    try {
      StateUtil.discardStateFuture(snapshot);
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    snapshot.cancel(mayInterruptIfRunning);
    return cancelled;
  }
}
