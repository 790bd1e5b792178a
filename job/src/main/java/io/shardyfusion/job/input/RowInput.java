package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.files.FilesSource;
import io.shardyfusion.job.input.files.InputFiles;
import io.shardyfusion.job.input.files.ReadFailures;
import io.shardyfusion.job.input.files.RowFileFormat;
import io.shardyfusion.job.input.files.RowSplits;
import io.shardyfusion.job.input.kafka.TopicSource;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.ReadLimits;
import io.shardyfusion.job.input.rows.RowOrder;
import io.shardyfusion.routing.Sharding;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.assigners.SimpleSplitAssigner;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The input of the job as a stream of rows.
 *
 * <pre>{@code
 * source (files or topic → raw rows) → parse → rows
 *                                           ↘ dead letters → files
 * }</pre>
 *
 * <p>All of it is one chain, so that a raw row is parsed where it lies in the read buffer, and rows
 * leave a subtask in the order in which it read them. A stream that does not end also says before
 * every barrier how many rows were bad: see {@link ShardRow#isBadRows()}. Operators have fixed
 * uids: {@code read-files} or {@code read-kafka}, {@code parse-rows}, {@code write-dead-letters}.
 */
public final class RowInput {

  /** Flink wants a path; the enumerator has the files. */
  private static final Path LISTED_ALREADY = new Path("/");

  private RowInput() {}

  /**
   * The rows of files, once each, then the end.
   *
   * <p>A bad row or damaged file fails the job with a {@link io.shardyfusion.DataDamagedException}
   * among the causes, and without a restart.
   *
   * @param files what {@link InputFiles#resolve} found for the options' paths
   * @throws InvalidRequestException if there are too many files
   */
  public static DataStream<ShardRow> batch(
      StreamExecutionEnvironment env, InputFiles files, InputOptions options, Sharding sharding) {
    return batch(env, files, options, sharding, ReadLimits.DEFAULT, 0);
  }

  /**
   * The same as the public method, with the sizes of buffers and splits; 0: splits of a size that
   * suits.
   */
  static DataStream<ShardRow> batch(
      StreamExecutionEnvironment env,
      InputFiles files,
      InputOptions options,
      Sharding sharding,
      ReadLimits limits,
      long splitBytes) {
    if (files.files().size() > RowOrder.MAX_FILES) {
      RowOrder.of(files.files().size(), 0);
    }
    RowFileFormat format =
        new RowFileFormat(options.format(), options.neededColumns(sharding), limits);
    FileSource<RawRow> source =
        FileSource.forBulkFileFormat(format, LISTED_ALREADY)
            .setFileEnumerator(RowSplits.provider(files, options.format(), splitBytes))
            .setSplitAssigner(SimpleSplitAssigner::new)
            .build();
    DataStreamSource<RawRow> rows =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "read files", RawRow.TYPE);
    rows.uid("read-files");
    return parse(rows, new ParseRows(options, sharding, false), options);
  }

  /**
   * The rows of a stream that does not end: of files that come, or of a topic. The order of a row
   * ({@link ShardRow#order}) means nothing here; of two rows of a key, the one that arrives later
   * wins.
   *
   * <p><b>Files</b>: all that {@link InputFiles} would find, and from then on those that are new,
   * looked for at every {@code discoveryInterval}. A subtask reads one file after the other, in the
   * order in which they were found, those found together in path order. So with one source subtask
   * there is a total order, also after a restore or a failure; with several, an order within each
   * file. A file is read once, whatever happens to it later, so put it there complete, for example
   * by renaming it from a name that begins with {@code .} or {@code _}; it should stay until a
   * checkpoint after it was read, since one that goes or changes before is passed over, or read
   * whole again. An empty file is left until it has content. What cannot be listed or read is told,
   * in the log, in the gauge {@code unreadableInputs} and in the run's record, and all else is
   * read.
   *
   * <p><b>Kafka</b>: the order is that of each partition. New partitions are read from their
   * beginning. A job ends without a restart if the topic does not exist or is another one than it
   * has read, with an {@link InvalidRequestException} among the causes, and if Kafka no longer has
   * its next offset, with a {@link io.shardyfusion.DataDamagedException}. While Kafka does not
   * answer the job waits, and says so in the log.
   *
   * <p>A checkpoint holds the exact position, so a restored job reads every row once. A bad row or
   * damaged file fails the job as in {@link #batch}.
   *
   * <p>With an {@link EventTime}, rows carry it, and the stream has watermarks. A watermark is the
   * smallest of all source subtasks, and one that has nothing to read, as when there are more
   * subtasks than partitions, holds it back.
   *
   * @param discoveryInterval how often to look for new files, or for new partitions; positive
   * @param sourceParallelism how many subtasks read and parse, at least 1
   * @param run whose record is told what is wrong with the input, or null for none
   * @throws InvalidRequestException if a path that is no glob does not exist, or an argument is out
   *     of range
   * @throws io.shardyfusion.StorageException if a filesystem does not answer
   */
  public static DataStream<ShardRow> continuous(
      StreamExecutionEnvironment env,
      InputOptions options,
      Duration discoveryInterval,
      int sourceParallelism,
      Sharding sharding,
      @Nullable InputRun run) {
    return continuous(
        env, options, discoveryInterval, sourceParallelism, sharding, ReadLimits.DEFAULT, run);
  }

  /** The same as the public method, for no run. */
  public static DataStream<ShardRow> continuous(
      StreamExecutionEnvironment env,
      InputOptions options,
      Duration discoveryInterval,
      int sourceParallelism,
      Sharding sharding) {
    return continuous(env, options, discoveryInterval, sourceParallelism, sharding, null);
  }

  /** The same as the public method, with the sizes of buffers. */
  public static DataStream<ShardRow> continuous(
      StreamExecutionEnvironment env,
      InputOptions options,
      Duration discoveryInterval,
      int sourceParallelism,
      Sharding sharding,
      ReadLimits limits,
      @Nullable InputRun run) {
    if (discoveryInterval.toMillis() < 1) {
      throw new InvalidRequestException(
          "the discovery interval must be at least 1ms, found " + discoveryInterval);
    }
    if (sourceParallelism < 1) {
      throw new InvalidRequestException(
          "the parallelism of the source must be at least 1, found " + sourceParallelism);
    }
    DataStreamSource<RawRow> rows =
        options.source() instanceof KafkaOptions kafka
            ? topic(env, kafka, discoveryInterval, run)
            : newFiles(env, options, sharding, discoveryInterval, limits, run);
    rows.setParallelism(sourceParallelism);
    return parse(rows, new ParseRows(options, sharding, true), options);
  }

  private static DataStreamSource<RawRow> newFiles(
      StreamExecutionEnvironment env,
      InputOptions options,
      Sharding sharding,
      Duration discoveryInterval,
      ReadLimits limits,
      @Nullable InputRun run) {
    List<String> paths = options.paths();
    InputFiles.requireWatchable(paths);
    RowFileFormat format =
        new RowFileFormat(
            options.format(),
            options.neededColumns(sharding),
            limits,
            ReadFailures.OnChange.RESTART);
    FilesSource source = new FilesSource(paths, format, discoveryInterval, run);
    DataStreamSource<RawRow> rows =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "read files", RawRow.TYPE);
    rows.uid("read-files");
    return rows;
  }

  private static DataStreamSource<RawRow> topic(
      StreamExecutionEnvironment env,
      KafkaOptions kafka,
      Duration discoveryInterval,
      @Nullable InputRun run) {
    DataStreamSource<RawRow> rows =
        env.fromSource(
            new TopicSource(kafka, discoveryInterval, run),
            WatermarkStrategy.noWatermarks(),
            "read kafka",
            RawRow.TYPE);
    rows.uid("read-kafka");
    return rows;
  }

  /** Parses raw rows of any source. */
  private static DataStream<ShardRow> parse(
      DataStreamSource<RawRow> rows, ParseRows parse, InputOptions options) {
    int parallelism = rows.getParallelism();
    SingleOutputStreamOperator<ShardRow> parsed =
        rows.transform("parse rows", ShardRow.TYPE, parse)
            .uid("parse-rows")
            .setParallelism(parallelism);
    if (options.onBadRow() instanceof BadRowPolicy.DeadLetter deadLetter) {
      parsed
          .getSideOutput(ParseRows.DEAD_LETTERS)
          .sinkTo(new DeadLetterSink(deadLetter.directory()))
          .name("write dead letters")
          .uid("write-dead-letters")
          .setParallelism(parallelism);
    }
    return parsed;
  }
}
