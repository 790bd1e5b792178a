package io.shardyfusion.job.input;

import io.shardyfusion.flink.wire.ShardRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * What a streaming job of a test has read: as a sink with state would have it, so what is read
 * again after a restore is there once.
 */
public final class StreamedRows {

  private static final Map<String, StreamedRows> ALL = new ConcurrentHashMap<>();
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** A row as it arrived. */
  public record Arrived(String key, String value, long timestamp, long watermark) {}

  private final String id = UUID.randomUUID().toString();
  private final List<Arrived> rows = new ArrayList<>();
  private long parkedNanos;
  private int failAt = -1;
  private int restores;
  private int checkpointed;
  private long badRows;

  public StreamedRows() {
    ALL.put(id, this);
  }

  /** Slows the job down, so that it can be stopped in the middle. */
  public StreamedRows slow(Duration eachRow) {
    parkedNanos = eachRow.toNanos();
    return this;
  }

  /** Lets the job fail once, when it has read so many rows and a checkpoint was taken. */
  public StreamedRows failingAt(int row) {
    failAt = row;
    return this;
  }

  /** Collects the stream, in one subtask. */
  public void collect(DataStream<ShardRow> stream) {
    stream
        .process(new Collecting(id))
        .name("collect")
        .uid("collect")
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .name("discard")
        .uid("discard")
        .setParallelism(1);
  }

  public synchronized List<Arrived> arrived() {
    return List.copyOf(rows);
  }

  public synchronized List<String> values() {
    return rows.stream().map(Arrived::value).toList();
  }

  /** What the last complete checkpoint holds. */
  public synchronized List<String> checkpointed() {
    return values().subList(0, checkpointed);
  }

  private synchronized void checkpointed(int size) {
    checkpointed = Math.max(checkpointed, size);
  }

  public synchronized int restores() {
    return restores;
  }

  /** Waits until the rows are as wanted; fails where the job ends before. */
  public void await(JobClient job, String wanted, Predicate<StreamedRows> reached)
      throws Exception {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!reached.test(this)) {
      JobStatus status = job.getJobStatus().get();
      if (status.isTerminalState()) {
        job.getJobExecutionResult().get();
      }
      if (status.isTerminalState() || System.nanoTime() > deadline) {
        throw new AssertionError(
            "expected " + wanted + ", the job is " + status + " and has " + values());
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  public void awaitRows(JobClient job, int count) throws Exception {
    await(job, count + " rows", rows -> rows.values().size() >= count);
  }

  /** Stops the job with a savepoint; gives its path. */
  public static String stop(JobClient job, java.nio.file.Path savepoints) throws Exception {
    return job.stopWithSavepoint(
            false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
        .get();
  }

  private synchronized boolean add(Arrived row, int checkpoints) {
    if (failAt >= 0 && rows.size() >= failAt && checkpoints > 0) {
      failAt = -1;
      return false;
    }
    rows.add(row);
    return true;
  }

  private synchronized void tellBadRows(long number) {
    badRows += number;
  }

  /** The bad rows that the stream has told, also those of attempts that failed. */
  synchronized long badRows() {
    return badRows;
  }

  private synchronized int size() {
    return rows.size();
  }

  private synchronized void clear() {
    rows.clear();
  }

  private synchronized void restore(int size) {
    rows.subList(size, rows.size()).clear();
    restores++;
  }

  private static final class Collecting extends ProcessFunction<ShardRow, Long>
      implements CheckpointedFunction, CheckpointListener {

    private static final long serialVersionUID = 1L;

    private final String id;
    private transient StreamedRows rows;
    private transient ListState<Integer> size;
    private transient int checkpoints;
    private transient Map<Long, Integer> sizes;

    Collecting(String id) {
      this.id = id;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      rows = ALL.get(id);
      sizes = new HashMap<>();
      size =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("size", IntSerializer.INSTANCE));
      if (!context.isRestored()) {
        rows.clear();
        return;
      }
      for (int restored : size.get()) {
        rows.restore(restored);
      }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      size.update(List.of(rows.size()));
      sizes.put(context.getCheckpointId(), rows.size());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      checkpoints++;
      rows.checkpointed(sizes.getOrDefault(checkpointId, 0));
    }

    @Override
    public void processElement(ShardRow row, Context context, Collector<Long> out) {
      if (row.isBadRows()) {
        rows.tellBadRows(row.order);
        return;
      }
      Arrived arrived =
          new Arrived(
              HexFormat.of().formatHex(row.key),
              row.value == null ? "deleted" : new String(row.value, StandardCharsets.UTF_8),
              context.timestamp() == null ? Long.MIN_VALUE : context.timestamp(),
              context.timerService().currentWatermark());
      if (!rows.add(arrived, checkpoints)) {
        throw new IllegalStateException("fails once, as the test wants");
      }
      if (rows.parkedNanos > 0) {
        LockSupport.parkNanos(rows.parkedNanos);
      }
    }
  }
}
