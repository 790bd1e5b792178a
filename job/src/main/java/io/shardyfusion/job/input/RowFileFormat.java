package io.shardyfusion.job.input;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.jspecify.annotations.Nullable;

/**
 * Reads files as raw rows, in batches. Splits must come from {@link RowSplits}, which puts a file's
 * place in path order into their ids.
 *
 * <p>The position of a row is the offset of the row after it, so a reader resumes there without
 * reading again what is before; in a compressed file it decompresses, but does not parse, that.
 */
final class RowFileFormat implements BulkFormat<RawRow, FileSourceSplit> {

  private static final long serialVersionUID = 1L;

  private final RowFormat format;
  private final @Nullable CsvHeaderRule headerRule;
  private final ReadLimits limits;

  RowFileFormat(RowFormat format, Iterable<String> neededColumns, ReadLimits limits) {
    this.format = format;
    this.headerRule =
        format instanceof RowFormat.Csv csv
            ? new CsvHeaderRule(csv.delimiter(), copyOf(neededColumns))
            : null;
    this.limits = limits;
  }

  @Override
  public RowFileReader createReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(split, null);
  }

  @Override
  public RowFileReader restoreReader(Configuration config, FileSourceSplit split)
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

  private RowFileReader open(FileSourceSplit split, @Nullable CheckpointedPosition position)
      throws IOException {
    try {
      RowFileReader.Part part = part(split, position);
      List<String> header = null;
      if (headerRule != null && part.start() > 0) {
        header = headerOf(part);
      }
      return new RowFileReader(part, format, headerRule, header, limits);
    } catch (DataDamagedException | InvalidRequestException e) {
      throw new SuppressRestartsException(e);
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

  private List<String> headerOf(RowFileReader.Part part) throws IOException {
    RowFileReader.Part whole =
        new RowFileReader.Part(
            part.path(), part.ordinal(), 0, part.end(), true, 0, part.fileLength());
    try (RowFileReader reader = new RowFileReader(whole, format, headerRule, null, limits)) {
      reader.readBatch();
      return reader.header();
    }
  }

  private static List<String> copyOf(Iterable<String> columns) {
    List<String> copy = new ArrayList<>();
    columns.forEach(copy::add);
    return List.copyOf(copy);
  }
}
