package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.ShardRow;
import io.shardyfusion.routing.Sharding;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.assigners.SimpleSplitAssigner;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The input of the job as a stream of rows.
 *
 * <pre>{@code
 * source (file parts → raw rows) → parse → rows
 *                                       ↘ dead letters → files
 * }</pre>
 *
 * <p>All of it is one chain, so that a raw row is parsed where it lies in the read buffer.
 */
public final class RowInput {

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

  /** As the public method, with the sizes of buffers and splits; 0: splits of a size that suits. */
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
    RowFileFormat format = new RowFileFormat(options.format(), options.neededColumns(), limits);
    FileSource<RawRow> source =
        FileSource.forBulkFileFormat(format, new Path(options.paths().get(0)))
            .setFileEnumerator(RowSplits.provider(files, options.format(), splitBytes))
            .setSplitAssigner(SimpleSplitAssigner::new)
            .build();
    DataStreamSource<RawRow> rows =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "read files", RawRow.TYPE);
    rows.uid("read-files");
    return parse(rows, options, sharding);
  }

  /** Parses raw rows of any source. */
  private static DataStream<ShardRow> parse(
      DataStream<RawRow> rows, InputOptions options, Sharding sharding) {
    SingleOutputStreamOperator<ShardRow> parsed =
        rows.process(new ParseRows(options, sharding), ShardRow.TYPE)
            .name("parse rows")
            .uid("parse-rows");
    if (options.onBadRow() instanceof BadRowPolicy.DeadLetter deadLetter) {
      parsed
          .getSideOutput(ParseRows.DEAD_LETTERS)
          .sinkTo(new DeadLetterSink(deadLetter.directory()))
          .name("write dead letters")
          .uid("write-dead-letters");
    }
    return parsed;
  }
}
