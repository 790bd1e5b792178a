package io.shardyfusion.job.input.rows;

import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.routing.Sharding;

/**
 * Makes rows with key, value and shard from raw rows. One instance belongs to one task; not
 * thread-safe.
 */
public sealed interface RowParser permits JsonRowParser, CsvRowParser {

  /** The parser for these options. */
  static RowParser of(InputOptions options, Sharding sharding) {
    if (options.format() instanceof RowFormat.Csv csv) {
      return new CsvRowParser(csv, options, sharding);
    }
    return new JsonRowParser(options, sharding);
  }

  /**
   * The row; keeps nothing of {@code raw}.
   *
   * @throws BadRowException if the row cannot be used
   */
  ShardRow parse(RawRow raw) throws BadRowException;

  /**
   * The event time of the row parsed last, in milliseconds since the epoch; only where the options
   * name its column.
   */
  long eventTime();
}
