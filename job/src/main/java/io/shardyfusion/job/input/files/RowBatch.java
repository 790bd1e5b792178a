package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.RowOrder;
import io.shardyfusion.job.input.rows.RowOrigin;
import java.util.Arrays;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.MutableRecordAndPosition;
import org.apache.flink.connector.file.src.util.Pool;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.jspecify.annotations.Nullable;

/**
 * A buffer and the rows in it. Filled by a reader's thread, then drained by the task's, then given
 * back.
 */
final class RowBatch implements BulkFormat.RecordIterator<RawRow> {

  private static final int SHRINK_FACTOR = 4;

  private final Pool.Recycler<RowBatch> recycler;
  private final int bufferBytes;
  private final MutableRecordAndPosition<RawRow> recordAndPosition =
      new MutableRecordAndPosition<>();

  /** The bytes; the reader fills them. */
  byte[] data;

  private int[] starts = new int[1024];
  private int[] ends = new int[1024];
  private int[] lines = new int[1024];
  private int size;
  private int drained;
  private long base;
  private long orderOfBase;
  private long firstLine;
  private long consumedTo;
  private @Nullable RawRow row;

  RowBatch(Pool.Recycler<RowBatch> recycler, int bufferBytes) {
    this.recycler = recycler;
    this.bufferBytes = bufferBytes;
    this.data = new byte[bufferBytes];
  }

  /** Empties the batch; the first byte of its data will be that of the file at {@code offset}. */
  void begin(byte[] carry, int carried, long offset) {
    if (data.length < carried || data.length > (long) bufferBytes * SHRINK_FACTOR) {
      data = new byte[Math.max(bufferBytes, carried)];
    }
    System.arraycopy(carry, 0, data, 0, carried);
    size = 0;
    drained = 0;
    base = offset;
  }

  /** Drops the first bytes of an empty batch and moves the others to the front. */
  void dropFirst(int dropped, int length) {
    System.arraycopy(data, dropped, data, 0, length - dropped);
    base += dropped;
  }

  /** Doubles the buffer. */
  void grow() {
    data = Arrays.copyOf(data, data.length * 2);
  }

  /** The offset in the file of the first byte of the data. */
  long base() {
    return base;
  }

  int size() {
    return size;
  }

  /**
   * Adds the row {@code [from, to)} of the data, which is {@code line} lines after the origin's
   * base.
   */
  void add(int from, int to, long line) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
      lines = Arrays.copyOf(lines, size * 2);
    }
    if (size == 0) {
      firstLine = line;
    }
    starts[size] = from;
    ends[size] = to;
    lines[size] = (int) (line - firstLine);
    size++;
  }

  /** Completes the batch, whose rows were read up to {@code end} of the data. */
  void complete(RowOrigin origin, int ordinal, int end) {
    orderOfBase = RowOrder.of(ordinal, base);
    consumedTo = base + end;
    row = new RawRow(origin, orderOfBase, firstLine, data, 0, 0);
  }

  @Override
  public @Nullable RecordAndPosition<RawRow> next() {
    RawRow current = row;
    if (drained == size || current == null) {
      return null;
    }
    int i = drained++;
    current.order = orderOfBase + starts[i];
    current.line = firstLine + lines[i];
    current.from = starts[i];
    current.to = ends[i];
    recordAndPosition.set(current, drained == size ? consumedTo : base + starts[drained], 0);
    return recordAndPosition;
  }

  @Override
  public void releaseBatch() {
    recycler.recycle(this);
  }
}
