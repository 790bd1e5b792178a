package io.shardyfusion.job.input.rows;

import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.files.InputFiles;
import io.shardyfusion.job.input.files.RowFileFormat;
import io.shardyfusion.job.input.files.RowLines;
import io.shardyfusion.job.input.files.RowSplits;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.DeleteRule;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.routing.HashSharding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.RecordAndPosition;

/** What readers and parsers make of files and lines. */
public final class RowsOf {

  public static final ReadLimits SMALL = new ReadLimits(16, 1 << 20);

  /** A row as it was read. */
  public record Read(long order, long line, String text) {}

  private RowsOf() {}

  public static InputFiles files(Path... paths) {
    return InputFiles.resolve(List.of(paths).stream().map(Path::toString).toList());
  }

  /** All rows of all splits, in order. */
  public static List<Read> read(
      InputFiles files, RowFormat format, Set<String> needed, ReadLimits limits, long splitBytes) {
    RowFileFormat fileFormat = new RowFileFormat(format, needed, limits);
    List<Read> rows = new ArrayList<>();
    for (FileSourceSplit split : splits(files, format, splitBytes)) {
      rows.addAll(read(fileFormat, split));
    }
    rows.sort(Comparator.comparingLong(Read::order));
    return rows;
  }

  public static List<Read> jsonl(Path path, ReadLimits limits, long splitBytes) {
    return read(files(path), new RowFormat.Jsonl(), Set.of("id"), limits, splitBytes);
  }

  public static List<String> texts(List<Read> rows) {
    return rows.stream().map(Read::text).toList();
  }

  public static List<FileSourceSplit> splits(InputFiles files, RowFormat format, long splitBytes) {
    try {
      return List.copyOf(
          RowSplits.provider(files, format, splitBytes)
              .create()
              .enumerateSplits(new org.apache.flink.core.fs.Path[0], 2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<Read> read(RowFileFormat format, FileSourceSplit split) {
    List<Read> rows = new ArrayList<>();
    Configuration config = new Configuration();
    try (BulkFormat.Reader<RawRow> reader =
        split.getReaderPosition().isPresent()
            ? format.restoreReader(config, split)
            : format.createReader(config, split)) {
      BulkFormat.RecordIterator<RawRow> batch;
      while ((batch = reader.readBatch()) != null) {
        RecordAndPosition<RawRow> next;
        while ((next = batch.next()) != null) {
          rows.add(of(next.getRecord()));
        }
        batch.releaseBatch();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  public static Read of(RawRow row) {
    return new Read(
        row.order,
        new RowLines((RowOrigin.InFile) row.origin).number(row.line),
        new String(row.data, row.from, row.length(), StandardCharsets.UTF_8));
  }

  /** A raw row of these bytes, in the middle of a buffer. */
  public static RawRow raw(byte[] row, List<String> header) {
    byte[] data = new byte[row.length + 20];
    java.util.Arrays.fill(data, (byte) '"');
    System.arraycopy(row, 0, data, 7, row.length);
    RowOrigin origin =
        new RowOrigin.InFile(new org.apache.flink.core.fs.Path("file:/in/a"), 0, header);
    return new RawRow(origin, 5, 0, data, 7, 7 + row.length);
  }

  public static ShardRow parsed(InputOptions options, String row, String... header)
      throws BadRowException {
    return parsed(options, row.getBytes(StandardCharsets.UTF_8), header);
  }

  public static ShardRow parsed(InputOptions options, byte[] row, String... header)
      throws BadRowException {
    return RowParser.of(options, new HashSharding(8)).parse(raw(row, List.of(header)));
  }

  public static InputOptions options(String format, KeyColumn key, String value) {
    return new InputOptions(
        List.of("in"),
        RowFormat.of(format, null),
        key,
        ValueSelection.of(value),
        null,
        new BadRowPolicy.Fail());
  }

  public static InputOptions deleting(InputOptions options, String column, String... values) {
    return new InputOptions(
        options.paths(),
        options.format(),
        options.key(),
        options.value(),
        new DeleteRule(column, Set.of(values)),
        options.onBadRow());
  }

  public static byte[] bytes(int... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int value : values) {
      bytes.write(value);
    }
    return bytes.toByteArray();
  }

  public static Path write(Path path, String text) {
    return write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  public static Path write(Path path, byte[] bytes) {
    try {
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
