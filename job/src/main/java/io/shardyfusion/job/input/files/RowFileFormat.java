package io.shardyfusion.job.input.files;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.ReadLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads files as raw rows, in batches. Splits must come from {@link RowSplits}, which puts a file's
 * place in path order into their ids.
 *
 * <p>The position of a row is the offset of the row after it, so a reader resumes there without
 * reading again what is before; in a compressed file it decompresses, but does not parse, that.
 */
public final class RowFileFormat implements BulkFormat<RawRow, FileSourceSplit> {

  private static final long serialVersionUID = 1L;

  private final RowFormat format;
  private final @Nullable CsvHeaderRule headerRule;
  private final ReadLimits limits;
  private final ReadFailures.OnChange onChange;

  /** For a batch: a file that changes ends it. */
  public RowFileFormat(RowFormat format, Iterable<String> neededColumns, ReadLimits limits) {
    this(format, neededColumns, limits, ReadFailures.OnChange.END);
  }

  public RowFileFormat(
      RowFormat format,
      Iterable<String> neededColumns,
      ReadLimits limits,
      ReadFailures.OnChange onChange) {
    this.format = format;
    this.headerRule =
        format instanceof RowFormat.Csv csv
            ? new CsvHeaderRule(csv.delimiter(), copyOf(neededColumns))
            : null;
    this.limits = limits;
    this.onChange = onChange;
  }

  @Override
  public BulkFormat.Reader<RawRow> createReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(split, null);
  }

  @Override
  public BulkFormat.Reader<RawRow> restoreReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(split, split.getReaderPosition().orElse(null));
  }

  @Override
  public boolean isSplittable() {
    return format instanceof RowFormat.Jsonl;
  }

  @Override
  public TypeInformation<RawRow> getProducedType() {
    return RawRow.TYPE;
  }

  private BulkFormat.Reader<RawRow> open(
      FileSourceSplit split, @Nullable CheckpointedPosition position) throws IOException {
    if (split.fileSize() == 0) {
      return new NoRows();
    }
    ReadFailures failures = new ReadFailures(split, onChange);
    try {
      failures.requireUnchanged();
      RowFileReader.Part part = part(split, position);
      List<String> header = null;
      if (headerRule != null && part.start() > 0) {
        header = headerOf(part, failures);
      }
      return new RowFileReader(part, format, headerRule, header, limits, failures);
    } catch (ShardyfusionException e) {
      throw failures.of(e);
    }
  }

  private static RowFileReader.Part part(
      FileSourceSplit split, @Nullable CheckpointedPosition position) {
    Path path = split.path();
    boolean isPlain = Compression.of(path) == Compression.NONE;
    long resumedAt = position == null ? CheckpointedPosition.NO_OFFSET : position.getOffset();
    boolean resumes = resumedAt != CheckpointedPosition.NO_OFFSET;
    return new RowFileReader.Part(
        path,
        RowSplits.ordinalOf(split),
        resumes ? resumedAt : split.offset(),
        isPlain ? split.offset() + split.length() : Long.MAX_VALUE,
        resumes,
        position == null ? 0 : position.getRecordsAfterOffset(),
        isPlain ? split.fileSize() : 0);
  }

  private List<String> headerOf(RowFileReader.Part part, ReadFailures failures) throws IOException {
    RowFileReader.Part whole =
        new RowFileReader.Part(
            part.path(), part.ordinal(), 0, part.end(), true, 0, part.fileLength());
    try (RowFileReader reader =
        new RowFileReader(whole, format, headerRule, null, limits, failures)) {
      reader.readBatch();
      return reader.header();
    }
  }

  /** Reads a file that is empty, or not there any longer. */
  private static final class NoRows implements BulkFormat.Reader<RawRow> {

    @Override
    public @Nullable RowBatch readBatch() {
      return null;
    }

    @Override
    public void close() {
      // Nothing was opened.
    }
  }

  private static List<String> copyOf(Iterable<String> columns) {
    List<String> copy = new ArrayList<>();
    columns.forEach(copy::add);
    return List.copyOf(copy);
  }
}
