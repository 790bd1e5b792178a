package io.shardyfusion.flink.writing;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.bulk.BulkBuild;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.bulk.RowCounts;
import io.shardyfusion.bulk.ShardUploads;
import io.shardyfusion.bulk.StoredShard;
import io.shardyfusion.flink.run.Restarts;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.accumulators.IntCounter;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.runtime.memory.MemoryManager;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Builds the shards of one subtask from a bounded input. Rows are sorted in Flink's managed memory,
 * spilled to Flink's temporary directories where they do not fit; at the end of input the shards
 * are written one after the other, and uploaded in the background. Emits one {@link SubtaskReport}
 * with every shard of the subtask's range.
 */
public final class BulkWriteOperator extends AbstractStreamOperator<SubtaskReport>
    implements OneInputStreamOperator<ShardRow, SubtaskReport>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private final SinkSettings settings;

  private final LongCounter rowsWritten = new LongCounter();
  private final LongCounter duplicates = new LongCounter();
  private final LongCounter deletes = new LongCounter();
  private final IntCounter shardsStored = new IntCounter();
  private final LongMaximum writeMillis = new LongMaximum();

  private transient @Nullable List<MemorySegment> segments;
  private transient @Nullable TaskResources resources;
  private transient @Nullable ObjectStore store;
  private transient @Nullable ShardUploads uploads;
  private transient @Nullable BulkBuild build;
  private transient List<ShardReport> reports = List.of();
  private transient long records;

  public BulkWriteOperator(SinkSettings settings) {
    this.settings = settings;
  }

  @Override
  public void open() throws Exception {
    super.open();
    reports = new ArrayList<>();
    TaskResources local = new TaskResources(this, "shardyfusion-build-");
    resources = local;
    List<MemorySegment> memory = allocate(local.memoryFraction());
    segments = memory;
    store = settings.target().open();
    uploads = new ShardUploads(store);
    KeyGroupRange range =
        new ShardAssignment(settings.content().numShards())
            .shardsOf(
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
    build =
        new BulkBuild(
            new BulkBuild.Settings(
                range.getStartKeyGroup(),
                range.getNumberOfKeyGroups(),
                settings.content().profile(),
                settings.content().keyEncoding(),
                settings.content().duplicates() == DuplicatePolicy.FAIL,
                local.directory()),
            buffers(memory));
    getRuntimeContext().addAccumulator(RunCounters.ROWS_WRITTEN, rowsWritten);
    getRuntimeContext().addAccumulator(RunCounters.DUPLICATES, duplicates);
    getRuntimeContext().addAccumulator(RunCounters.DELETES, deletes);
    getRuntimeContext().addAccumulator(RunCounters.SHARDS_STORED, shardsStored);
    getRuntimeContext().addAccumulator(RunCounters.WRITE_MILLIS, writeMillis);
  }

  @Override
  public void processElement(StreamRecord<ShardRow> element) {
    ShardRow row = element.getValue();
    records++;
    try {
      running(build).add(row.shard, row.order, row.key, row.value);
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  @Override
  public void endInput() throws Exception {
    long start = System.nanoTime();
    try {
      RowCounts counts = running(build).finish(this::complete);
      running(uploads).finish(this::stored);
      duplicates.add(counts.duplicates());
      deletes.add(counts.deletes());
      writeMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      report(counts);
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }

  private void complete(ShardBuilder shard, long rows) {
    rowsWritten.add(rows);
    running(uploads).submit(shard::finish, shard, this::stored);
  }

  private void stored(StoredShard shard) {
    shardsStored.add(1);
    reports.add(ShardReport.ofNew(shard));
  }

  private void report(RowCounts counts) {
    output.collect(
        new StreamRecord<>(
            new SubtaskReport(
                0,
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks(),
                true,
                reports,
                new SubtaskReport.Rows(records, counts.deletes(), 0),
                running(uploads).requests())));
  }

  @Override
  public void close() throws Exception {
    IOUtils.closeAll(uploads, build, store, this::release, resources, super::close);
  }

  private List<MemorySegment> allocate(double fraction) throws Exception {
    MemoryManager memory = getContainingTask().getEnvironment().getMemoryManager();
    int pages = memory.computeNumberOfPages(fraction);
    if (pages == 0) {
      throw TaskResources.noMemory();
    }
    return memory.allocatePages(this, pages);
  }

  private void release() {
    if (segments != null) {
      getContainingTask().getEnvironment().getMemoryManager().release(segments);
      segments = null;
    }
  }

  private static List<ByteBuffer> buffers(List<MemorySegment> segments) {
    List<ByteBuffer> buffers = new ArrayList<>(segments.size());
    for (MemorySegment segment : segments) {
      buffers.add(segment.processAsByteBuffer(buffer -> buffer));
    }
    return buffers;
  }

  private static <T> T running(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the operator is not open");
    }
    return part;
  }
}
