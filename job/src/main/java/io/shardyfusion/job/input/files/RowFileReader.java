package io.shardyfusion.job.input.files;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.rows.BadRowException;
import io.shardyfusion.job.input.rows.ByteSearch;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.ReadLimits;
import io.shardyfusion.job.input.rows.RowOrder;
import io.shardyfusion.job.input.rows.RowOrigin;
import io.shardyfusion.job.input.rows.ShownPath;
import io.shardyfusion.job.input.rows.Utf8;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.Pool;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a part of a file into rows: those whose first byte is in the part. A row that begins in it
 * and ends after it is read to its end, and one that began before it is left to the reader of the
 * part before.
 *
 * <p>Used by one thread. Blank rows, and a byte order mark at the beginning of the file, are left
 * out.
 */
final class RowFileReader implements BulkFormat.Reader<RawRow> {

  /** One is filled, one is drained, one waits between the two. */
  private static final int BATCHES = 3;

  /**
   * The part of a file.
   *
   * @param path the file
   * @param ordinal its place in path order
   * @param start where it begins
   * @param end where it ends; rows that begin here or later are not in it
   * @param startsAtRow whether a row surely begins at the start; else the first row begins after
   *     the first line end that is not before the byte before the start
   * @param skippedRows how many of its rows are left out, from its beginning
   * @param fileLength how long the file must be at least
   */
  record Part(
      Path path,
      int ordinal,
      long start,
      long end,
      boolean startsAtRow,
      long skippedRows,
      long fileLength) {}

  private final Part part;
  private final ReadFailures failures;
  private final RowFraming framing;
  private final @Nullable CsvHeaderRule headerRule;
  private final ReadLimits limits;
  private final DecodedFile file;
  private final Pool<RowBatch> pool;

  private byte[] carry = new byte[0];
  private int carried;
  private boolean dropping;
  private long toSkip;
  private long line;
  private boolean finished;
  private RowOrigin.@Nullable InFile origin;

  RowFileReader(
      Part part,
      RowFormat format,
      @Nullable CsvHeaderRule headerRule,
      @Nullable List<String> header,
      ReadLimits limits,
      ReadFailures failures) {
    this.part = part;
    this.failures = failures;
    this.framing = RowFraming.of(format);
    this.headerRule = headerRule;
    this.limits = limits;
    this.toSkip = part.skippedRows();
    this.dropping = !part.startsAtRow() && part.start() > 0;
    if (header != null) {
      this.origin = new RowOrigin.InFile(part.path(), part.start(), header);
    }
    this.pool = new Pool<>(BATCHES);
    for (int i = 0; i < BATCHES; i++) {
      pool.add(new RowBatch(pool.recycler(), limits.bufferBytes()));
    }
    this.file = DecodedFile.open(part.path());
    file.skipTo(dropping ? part.start() - 1 : part.start());
  }

  /** The columns of a csv file that was read up to its header; empty if it has none. */
  List<String> header() {
    return origin == null ? List.of() : origin.header();
  }

  @Override
  public @Nullable RowBatch readBatch() throws IOException {
    if (finished) {
      failures.requireUnchanged();
      return null;
    }
    RowBatch batch = takeBatch();
    try {
      int end = fill(batch);
      if (batch.size() > 0 && origin != null) {
        batch.complete(origin, part.ordinal(), end);
        return batch;
      }
    } catch (ShardyfusionException e) {
      throw failures.of(e);
    }
    batch.releaseBatch();
    failures.requireUnchanged();
    return null;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private RowBatch takeBatch() throws InterruptedIOException {
    try {
      return pool.pollEntry();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a free buffer");
    }
  }

  /**
   * Fills the batch with at least one row, unless the part has no more; gives where in its data the
   * reading ended.
   */
  private int fill(RowBatch batch) {
    batch.begin(carry, carried, file.position() - carried);
    int length = carried;
    int from = 0;
    while (true) {
      int wanted = batch.data.length - length;
      int n = file.readFully(batch.data, length, wanted);
      if (batch.base() == 0 && length == 0) {
        FileKind.requireText(part.path(), batch.data, n);
      }
      length += n;
      from = cut(batch, from, length, n < wanted);
      if (finished || batch.size() > 0) {
        keep(batch.data, from, length);
        return from;
      }
      if (from > 0) {
        batch.dropFirst(from, length);
        length -= from;
        from = 0;
      }
      if (length == batch.data.length) {
        batch.grow();
      }
    }
  }

  private void keep(byte[] data, int from, int length) {
    carried = finished ? 0 : length - from;
    if (carry.length < carried || carry.length > limits.bufferBytes()) {
      carry = new byte[carried];
    }
    System.arraycopy(data, from, carry, 0, carried);
  }

  /**
   * Adds the complete rows of {@code [from, length)} to the batch; gives where the first incomplete
   * one begins.
   */
  private int cut(RowBatch batch, int from, int length, boolean atEndOfFile) {
    byte[] data = batch.data;
    int start = from;
    while (true) {
      if (batch.base() + start >= part.end()) {
        finished = true;
        return start;
      }
      int end =
          dropping
              ? ByteSearch.indexOf(data, start, length, (byte) '\n')
              : framing.endOfRow(data, start, length);
      boolean isLast = end < 0;
      if (isLast) {
        if (!atEndOfFile) {
          if (!dropping) {
            checkLength(batch, start, length);
          }
          return dropping ? length : start;
        }
        checkFileLength(batch.base() + length);
        finished = true;
        end = length;
        if (start == length || dropping) {
          return length;
        }
        if (framing.isCutOff(data, start, length)) {
          throw damaged(
              batch,
              start,
              "a quote is opened and never closed, so the rest of the file cannot be read");
        }
      }
      if (dropping) {
        dropping = false;
      } else {
        add(batch, start, end);
        line += framing.lines();
      }
      if (isLast) {
        return length;
      }
      start = end + 1;
    }
  }

  private void add(RowBatch batch, int start, int end) {
    byte[] data = batch.data;
    checkLength(batch, start, end);
    int from =
        batch.base() + start == 0 && Utf8.startsWithByteOrderMark(data, start, end)
            ? start + 3
            : start;
    int to = end > from && data[end - 1] == '\r' ? end - 1 : end;
    RowOrigin.InFile known = origin;
    if (known == null && headerRule == null) {
      known = new RowOrigin.InFile(part.path(), batch.base() + start, List.of());
      origin = known;
    }
    if (framing.isBlank(data, from, to)) {
      return;
    }
    if (known == null && headerRule != null) {
      origin = new RowOrigin.InFile(part.path(), 0, header(headerRule, batch, from, to));
      return;
    }
    RowOrder.of(part.ordinal(), batch.base() + from);
    if (toSkip > 0) {
      toSkip--;
      return;
    }
    batch.add(from, to, line);
  }

  private List<String> header(CsvHeaderRule rule, RowBatch batch, int from, int to) {
    try {
      return rule.parse(batch.data, from, to);
    } catch (BadRowException e) {
      throw damaged(batch, from, e.getMessage() + "; correct the header");
    }
  }

  private void checkLength(RowBatch batch, int start, int end) {
    if (end - start > limits.maxRowBytes()) {
      throw damaged(
          batch,
          start,
          "the row is longer than the limit of "
              + limits.maxRowBytes()
              + " bytes; a line end may be missing");
    }
  }

  private void checkFileLength(long found) {
    if (found < part.fileLength()) {
      throw new DataDamagedException(
          """
          the input file %s is shorter than the %s bytes that it had when it was listed; do \
          not change input files while they are read"""
              .formatted(ShownPath.of(part.path()), part.fileLength()));
    }
  }

  private DataDamagedException damaged(RowBatch batch, int start, String reason) {
    RowOrigin.InFile known = origin;
    // Without an origin this is the first row of the part, or a csv header, which is counted from
    // the file's beginning.
    long base = known != null ? known.base() : headerRule != null ? 0 : batch.base() + start;
    RowLines lines = new RowLines(part.path(), base);
    return new DataDamagedException(lines.place(line) + ": " + reason);
  }
}
