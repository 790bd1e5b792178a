package io.shardyfusion.flink.writing;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.flink.run.Restarts;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.shard.ShardWriter;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.NewRequests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Applies a stream of changes to the databases of its shards, and reports them at every checkpoint.
 *
 * <ol>
 *   <li>Before the barrier of a checkpoint, each shard that changed is flushed, hard-linked and
 *       described; the report goes ahead of the barrier. Records wait meanwhile.
 *   <li>The upload runs while records flow on. The snapshot of this operator is not done before it
 *       is, and so neither is the checkpoint.
 *   <li>A shard is a key group of its own; its keyed state is its manifest entry. A restored
 *       subtask rebuilds the databases of its key groups from the files that those name.
 *   <li>At the end of input everything is stored before the last report is sent: there may be no
 *       checkpoint after it.
 * </ol>
 */
public final class ShardWriteOperator extends AbstractStreamOperator<SubtaskReport>
    implements OneInputStreamOperator<ShardRow, SubtaskReport>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private static final ValueStateDescriptor<byte[]> SHARD =
      new ValueStateDescriptor<>("shard", BytePrimitiveArraySerializer.INSTANCE);

  private final SinkSettings settings;
  private final ShardKeys keys;
  private final FailedUpload failedUpload;

  private transient @Nullable TaskResources resources;
  private transient @Nullable CountingObjectStore store;
  private transient @Nullable NewRequests requests;
  private transient @Nullable ShardWriters writers;
  private transient @Nullable CheckpointUploads uploads;
  private transient @Nullable ValueState<byte[]> state;
  private transient @Nullable OwnedShards shards;
  private transient @Nullable WriteMetrics writeMetrics;
  private transient @Nullable CompletableFuture<Void> closed;

  private transient boolean reportedAll;
  private transient boolean inputEnded;
  private transient long lastCheckpoint;
  private transient long records;
  private transient long deletes;
  private transient long badRows;

  /** The consequence of an upload that failed after all retries. */
  public enum FailedUpload {
    /** The checkpoint fails; the next one makes the upload again. */
    FAILS_CHECKPOINT,
    /**
     * The task fails: for a job that ends with its first failed checkpoint anyway, of which Flink
     * would tell that it failed, but not why. Savepoints fail as they do else.
     */
    FAILS_TASK
  }

  public ShardWriteOperator(SinkSettings settings, ShardKeys keys, FailedUpload failedUpload) {
    this.settings = settings;
    this.keys = keys;
    this.failedUpload = failedUpload;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state = context.getKeyedStateStore().getState(SHARD);
    lastCheckpoint = context.getRestoredCheckpointId().orElse(0);
    shards = new OwnedShards();
    closed = new CompletableFuture<>();
    WriteMetrics measured = new WriteMetrics(getMetricGroup());
    writeMetrics = measured;
    TaskResources local = new TaskResources(this, "shardyfusion-shards-");
    resources = local;
    store = new CountingObjectStore(settings.target().open());
    requests = new NewRequests(running(store));
    uploads = new CheckpointUploads(running(store), measured.errors::inc);
    KeyGroupRange range =
        new ShardAssignment(settings.content().numShards())
            .shardsOf(
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
    writers =
        new ShardWriters(
            range, settings.content().profile(), local.directory(), local.reserveMemory());
    try {
      List<ShardEntry> entries = context.isRestored() ? restored(range) : base(range);
      if (entries.isEmpty()) {
        running(writers).create();
      } else {
        restore(entries, context.isRestored());
      }
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  /** The entries in the restored state. */
  private List<ShardEntry> restored(KeyGroupRange range) throws IOException {
    List<ShardEntry> entries = new ArrayList<>();
    for (int shard : range) {
      setCurrentKey(keys.keyOf(shard));
      byte[] bytes = running(state).value();
      if (bytes == null) {
        throw new DataDamagedException(
            """
            the restored state has nothing of shard %s of %s; it was not written by this sink \
            (did the uid prefix change?), or it is damaged: restore from another checkpoint, \
            or start on top of the current version with base(CURRENT)"""
                .formatted(shard, settings.target().dataset()));
      }
      entries.add(ShardStateSerializer.fromBytes(bytes));
    }
    return entries;
  }

  /** The entries of the snapshot to begin with; none to begin with nothing. */
  private List<ShardEntry> base(KeyGroupRange range) {
    ManifestRef base = settings.start().onTopOf();
    if (base == null) {
      return List.of();
    }
    return new Dataset(running(store))
        .manifest(base)
        .shards()
        .subList(range.getStartKeyGroup(), range.getEndKeyGroup() + 1);
  }

  private void restore(List<ShardEntry> entries, boolean fromState) throws IOException {
    List<ShardDescriptor> descriptors;
    try {
      descriptors = running(writers).restore(new Dataset(running(store)), entries);
    } catch (DataDamagedException e) {
      throw new DataDamagedException(
          "the shards of %s cannot be read from %s (were they cleaned up?): %s%s"
              .formatted(
                  fromState ? "the restored checkpoint" : "the snapshot to begin with",
                  settings.target().dataset(),
                  e.getMessage(),
                  fromState
                      ? "; restore from a newer checkpoint, or start on top of the current version with base(CURRENT)"
                      : ""),
          e);
    }
    for (int i = 0; i < entries.size(); i++) {
      running(shards).restored(entries.get(i), descriptors.get(i));
      keep(entries.get(i));
    }
  }

  @Override
  public void processElement(StreamRecord<ShardRow> element) {
    ShardRow row = element.getValue();
    if (row.isBadRows) {
      badRows += row.order;
      return;
    }
    WriteMetrics measured = running(writeMetrics);
    ShardWriter writer = running(writers).of(row.shard);
    try {
      byte[] value = row.value;
      if (value == null) {
        writer.delete(row.key);
        deletes++;
        measured.deletes.inc();
      } else {
        writer.put(row.key, value);
      }
      records++;
      measured.records.inc();
      measured.rowBytes.inc(row.key.length + (value == null ? 0L : value.length));
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    lastCheckpoint = checkpointId;
    if (!inputEnded) {
      report(checkpoint());
    }
  }

  /** Checkpoints the shards that changed, and begins to upload them. */
  private List<ShardReport> checkpoint() throws IOException {
    long start = System.nanoTime();
    OwnedShards owned = running(shards);
    List<ShardReport> reports = new ArrayList<>();
    // A shard that was not in any checkpoint yet needs an image, even if it is empty.
    for (ShardImage image : running(writers).checkpoint(owned.isEmpty())) {
      Set<Sha256> present = owned.filesOf(image.descriptor().shard());
      ShardReport report = owned.changed(image);
      reports.add(report);
      keep(report.entry());
      running(writeMetrics).report(report);
      running(uploads).submit(image, present);
    }
    running(writeMetrics).stalled(System.nanoTime() - start);
    running(writeMetrics).shardBytes = owned.bytes();
    running(writeMetrics).largestShardBytes = owned.largestBytes();
    return reports;
  }

  private void keep(ShardEntry entry) throws IOException {
    setCurrentKey(keys.keyOf(entry.shard()));
    running(state).update(ShardStateSerializer.toBytes(entry));
  }

  private void report(List<ShardReport> changed) {
    List<ShardReport> reports = new ArrayList<>(changed);
    if (!reportedAll) {
      reports.addAll(running(shards).unchangedBut(changed));
      reportedAll = true;
    }
    output.collect(
        new StreamRecord<>(
            new SubtaskReport(
                inputEnded ? lastCheckpoint + 1 : lastCheckpoint,
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks(),
                inputEnded,
                reports,
                new SubtaskReport.Rows(records, deletes, badRows),
                running(requests).take())));
    records = 0;
    deletes = 0;
    badRows = 0;
  }

  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory factory)
      throws Exception {
    long start = System.nanoTime();
    WriteMetrics measured = running(writeMetrics);
    CompletableFuture<Void> stored =
        running(uploads).allStored().thenRun(() -> measured.sendMillis = millisSince(start));
    OperatorSnapshotFutures futures =
        super.snapshotState(checkpointId, timestamp, options, factory);
    boolean failsTask =
        failedUpload == FailedUpload.FAILS_TASK && !options.getCheckpointType().isSavepoint();
    futures.setKeyedStateManagedFuture(
        new SnapshotAfterUploads(
            futures.getKeyedStateManagedFuture(), failsTask ? failingTheTask(stored) : stored));
    return futures;
  }

  /**
   * The same as {@code stored}, but in place of the future the task fails, and the future when that
   * closes.
   */
  private CompletableFuture<Void> failingTheTask(CompletableFuture<Void> stored) {
    CompletableFuture<Void> closing = running(closed);
    return stored.exceptionallyCompose(
        failure -> {
          if (!closing.isDone()) {
            getContainingTask().getEnvironment().failExternally(causeOf(failure));
          }
          return closing.thenCompose(ended -> stored);
        });
  }

  private static Throwable causeOf(Throwable failure) {
    Throwable cause = failure;
    if (failure instanceof CompletionException && failure.getCause() != null) {
      cause = failure.getCause();
    }
    return cause instanceof ShardyfusionException ours ? Restarts.unlessPointless(ours) : cause;
  }

  @Override
  public void endInput() throws Exception {
    List<ShardReport> reports = checkpoint();
    try {
      running(uploads).allStored().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ShardyfusionException cause) {
        throw Restarts.unlessPointless(cause);
      }
      throw new StorageException(
          "the last shards could not be uploaded: " + e.getCause(), e.getCause());
    }
    inputEnded = true;
    report(reports);
  }

  @Override
  public void close() throws Exception {
    if (closed != null) {
      closed.complete(null);
    }
    IOUtils.closeAll(uploads, writers, store, resources, super::close);
  }

  private static long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  private static <T> T running(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the operator is not open");
    }
    return part;
  }
}
