package io.shardyfusion.job.input;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.files.RowLines;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.rows.BadRowException;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.RowOrigin;
import io.shardyfusion.job.input.rows.RowParser;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.run.RunCounters;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Parses raw rows, counts them, and does with bad ones what the options say. In a streaming job it
 * tells the sink before every barrier how many of them were bad.
 *
 * <p>Where rows have an event time, they are emitted with it, and a streaming job gets watermarks:
 * periodically, and before every barrier, so that the watermark of a checkpoint depends on nothing
 * but the rows before it. The watermark is kept in the state, and a job that is restored goes on
 * from the smallest of all subtasks, whatever its parallelism.
 */
public final class ParseRows extends AbstractStreamOperator<ShardRow>
    implements OneInputStreamOperator<RawRow, ShardRow>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  /** Bad rows as JSON lines, each with its line end. */
  static final OutputTag<byte[]> DEAD_LETTERS =
      new OutputTag<>("dead-letters", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final ListStateDescriptor<Long> WATERMARKS =
      new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE);

  private final InputOptions options;
  private final Sharding sharding;
  private final boolean isStreaming;
  private final boolean emitsWatermarks;

  private final LongCounter rowsRead = new LongCounter();
  private final LongCounter bytesRead = new LongCounter();
  private final LongCounter badRows = new LongCounter();

  private transient @Nullable RowParser parser;
  private transient @Nullable RowLines lines;
  private transient @Nullable StreamRecord<ShardRow> out;
  private transient @Nullable EventTimeProgress progress;
  private transient @Nullable ListState<Long> watermarks;
  private transient long emitted;
  private transient long badRowsUntold;

  /** Parses for a batch job, which has no watermarks, or for a streaming job. */
  public ParseRows(InputOptions options, Sharding sharding, boolean isStreaming) {
    this.options = options;
    this.sharding = sharding;
    this.isStreaming = isStreaming;
    this.emitsWatermarks = isStreaming && options.eventTime() != null;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    EventTime time = options.eventTime();
    if (time == null || !emitsWatermarks) {
      return;
    }
    ListState<Long> state = context.getOperatorStateStore().getUnionListState(WATERMARKS);
    long restored = Long.MAX_VALUE;
    for (long watermark : state.get()) {
      restored = Math.min(restored, watermark);
    }
    watermarks = state;
    progress =
        new EventTimeProgress(
            time.maxOutOfOrderness(), restored == Long.MAX_VALUE ? Long.MIN_VALUE : restored);
    emitted = Long.MIN_VALUE;
  }

  @Override
  public void open() throws Exception {
    super.open();
    parser = RowParser.of(options, sharding);
    out = new StreamRecord<>(null);
    getRuntimeContext().addAccumulator(RunCounters.ROWS_READ, rowsRead);
    getRuntimeContext().addAccumulator(RunCounters.BYTES_READ, bytesRead);
    getRuntimeContext().addAccumulator(RunCounters.BAD_ROWS, badRows);
    emitPeriodically(0);
  }

  @Override
  public void processElement(StreamRecord<RawRow> element) {
    RawRow raw = element.getValue();
    rowsRead.add(1);
    bytesRead.add(raw.length());
    RowParser parses = Objects.requireNonNull(parser, "not open");
    ShardRow row;
    try {
      row = parses.parse(raw);
    } catch (BadRowException e) {
      badRows.add(1);
      badRowsUntold++;
      handle(raw, e);
      return;
    }
    StreamRecord<ShardRow> reused = Objects.requireNonNull(out, "not open");
    if (options.eventTime() != null && !raw.isTombstone) {
      reused.replace(row, parses.eventTime());
      if (progress != null) {
        progress.saw(parses.eventTime());
      }
    } else if (element.hasTimestamp()) {
      reused.replace(row, element.getTimestamp());
    } else {
      reused.replace(row);
      reused.eraseTimestamp();
    }
    output.collect(reused);
  }

  /** The source's own watermarks count only for the end where rows have an event time. */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (!emitsWatermarks || mark.getTimestamp() == Long.MAX_VALUE) {
      emitted = mark.getTimestamp();
      super.processWatermark(mark);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    emitWatermark();
    tellBadRows();
  }

  @Override
  public void endInput() {
    tellBadRows();
  }

  private void tellBadRows() {
    if (isStreaming && badRowsUntold > 0) {
      output.collect(new StreamRecord<>(ShardRow.badRows(badRowsUntold)));
      badRowsUntold = 0;
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (watermarks != null && progress != null) {
      watermarks.update(List.of(progress.watermark()));
    }
  }

  private void emitPeriodically(long timestamp) {
    long interval = getExecutionConfig().getAutoWatermarkInterval();
    if (progress == null || interval <= 0) {
      return;
    }
    emitWatermark();
    ProcessingTimeService timers = getProcessingTimeService();
    // Flink cancels it when the task ends.
    var unused =
        timers.registerTimer(timers.getCurrentProcessingTime() + interval, this::emitPeriodically);
  }

  private void emitWatermark() {
    if (progress != null && progress.watermark() > emitted) {
      emitted = progress.watermark();
      output.emitWatermark(new Watermark(emitted));
    }
  }

  private void handle(RawRow raw, BadRowException e) {
    BadRowPolicy policy = options.onBadRow();
    if (policy instanceof BadRowPolicy.Fail) {
      throw new SuppressRestartsException(
          new DataDamagedException(place(raw) + ": " + e.getMessage() + advice(raw), e));
    }
    if (policy instanceof BadRowPolicy.DeadLetter) {
      long line = raw.origin instanceof RowOrigin.InFile file ? linesOf(file).number(raw.line) : 0;
      output.collect(
          DEAD_LETTERS,
          new StreamRecord<>(DeadLetters.of(raw, line, String.valueOf(e.getMessage()))));
    }
  }

  /**
   * The advice that works: a continuous job reads a file that was corrected whole, and passes over
   * one that is gone.
   */
  private String advice(RawRow raw) {
    String policy = "choose --on-bad-row skip or dead-letter:URI";
    if (!isStreaming) {
      return "; correct the row, or " + policy;
    }
    return raw.origin instanceof RowOrigin.InFile
        ? "; correct the row in the file, or delete the file, or "
            + policy
            + "; then go on with --restore auto"
        : "; " + policy + ", and go on with --restore auto";
  }

  private String place(RawRow raw) {
    if (raw.origin instanceof RowOrigin.InFile file) {
      return linesOf(file).place(raw.line);
    }
    return raw.origin.shown() + ", offset " + raw.line;
  }

  private RowLines linesOf(RowOrigin.InFile file) {
    RowLines known = lines;
    if (known == null || !known.isOf(file)) {
      known = new RowLines(file);
      lines = known;
    }
    return known;
  }
}
