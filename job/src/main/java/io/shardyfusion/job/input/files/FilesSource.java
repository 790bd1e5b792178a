package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.news.InputGauge;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.job.input.rows.RawRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.FileSourceSplitSerializer;
import org.apache.flink.connector.file.src.impl.FileSourceReader;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The raw rows of files that come while the job runs. Goes on from what a job with Flink's own
 * source of files kept.
 */
public final class FilesSource implements Source<RawRow, FileSourceSplit, FilesState> {

  private static final long serialVersionUID = 1L;

  /** A filesystem that takes longer for an answer is a problem. */
  private static final Duration SLOW = Duration.ofMinutes(1);

  private final List<String> paths;
  private final RowFileFormat format;
  private final Duration interval;
  private final @Nullable InputRun run;
  private final InputGauge gauge = new InputGauge();

  /**
   * The source.
   *
   * @param paths files, directories and globs
   * @param interval how often new ones are looked for
   * @param run whose record has what is wrong with the input, or null for none
   */
  public FilesSource(
      List<String> paths, RowFileFormat format, Duration interval, @Nullable InputRun run) {
    this.paths = List.copyOf(paths);
    this.format = format;
    this.interval = interval;
    this.run = run;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SplitEnumerator<FileSourceSplit, FilesState> createEnumerator(
      SplitEnumeratorContext<FileSourceSplit> context) {
    return restoreEnumerator(context, new FilesState(List.of(), Map.of()));
  }

  @Override
  public SplitEnumerator<FileSourceSplit, FilesState> restoreEnumerator(
      SplitEnumeratorContext<FileSourceSplit> context, FilesState state) {
    return new FilesEnumerator(
        context, new WatchedListing(paths, SLOW), interval, run, gauge, state);
  }

  @Override
  public SourceReader<RawRow, FileSourceSplit> createReader(SourceReaderContext context) {
    return new FilesReader(
        new FileSourceReader<>(context, format, context.getConfiguration()), context);
  }

  @Override
  public SimpleVersionedSerializer<FileSourceSplit> getSplitSerializer() {
    return FileSourceSplitSerializer.INSTANCE;
  }

  @Override
  public SimpleVersionedSerializer<FilesState> getEnumeratorCheckpointSerializer() {
    return new FilesStateSerializer();
  }
}
