package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.files.listing.InputFile;
import io.shardyfusion.job.input.options.RowFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.Path;

/**
 * The splits of files that are known when the job begins: uncompressed JSON Lines are cut into
 * parts, every other file is one. The id of a split is {@code ordinal-offset}, where the ordinal is
 * the file's place in path order.
 */
public final class RowSplits implements FileEnumerator {

  private static final long MIN_SPLIT_BYTES = 4L << 20;
  private static final long MAX_SPLIT_BYTES = 64L << 20;
  private static final int SPLITS_PER_READER = 8;

  private final InputFiles files;
  private final boolean splittable;
  private final long splitBytes;

  private RowSplits(InputFiles files, boolean splittable, long splitBytes) {
    this.files = files;
    this.splittable = splittable;
    this.splitBytes = splitBytes;
  }

  /** Provides splits of a size that suits the input and the parallelism. */
  public static FileEnumerator.Provider provider(InputFiles files, RowFormat format) {
    return provider(files, format, 0);
  }

  /** Provides splits of so many bytes; 0: of a size that suits. */
  public static FileEnumerator.Provider provider(
      InputFiles files, RowFormat format, long splitBytes) {
    boolean splittable = format instanceof RowFormat.Jsonl;
    return () -> new RowSplits(files, splittable, splitBytes);
  }

  /** The place in path order of a split's file. */
  static int ordinalOf(FileSourceSplit split) {
    String id = split.splitId();
    return Integer.parseInt(id.substring(0, id.indexOf('-')));
  }

  /**
   * The splits, the ones to read first last: Flink's simple assigner takes from the end. Long ones
   * are read first.
   */
  @Override
  public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits) {
    long size = splitBytes > 0 ? splitBytes : suitableSize(minDesiredSplits);
    List<FileSourceSplit> splits = new ArrayList<>();
    for (int ordinal = files.files().size() - 1; ordinal >= 0; ordinal--) {
      addSplits(ordinal, files.files().get(ordinal), size, splits);
    }
    splits.sort(Comparator.comparingLong(FileSourceSplit::length));
    return splits;
  }

  private long suitableSize(int readers) {
    long size = files.totalBytes() / ((long) SPLITS_PER_READER * Math.max(1, readers));
    return Math.max(MIN_SPLIT_BYTES, Math.min(MAX_SPLIT_BYTES, size));
  }

  private void addSplits(int ordinal, InputFile file, long size, List<FileSourceSplit> splits) {
    if (file.length() == 0) {
      return;
    }
    boolean isPlain = Compression.of(file.path()) == Compression.NONE;
    long step = splittable && isPlain ? size : file.length();
    long last = (file.length() - 1) / step;
    for (long i = last; i >= 0; i--) {
      long offset = i * step;
      splits.add(
          new FileSourceSplit(
              ordinal + "-" + offset,
              file.path(),
              offset,
              Math.min(step, file.length() - offset),
              file.modificationTime(),
              file.length()));
    }
  }
}
