package io.shardyfusion.flink;

import io.shardyfusion.format.ShardEntry;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * What a write operator tells the sink of one stored shard.
 *
 * @param entry for the manifest
 * @param newBytes of the table files that had to be uploaded
 * @param newFiles the number of table files that had to be uploaded
 * @param puts requests that wrote objects
 * @param gets requests that read objects
 */
record ShardReport(ShardEntry entry, long newBytes, long newFiles, long puts, long gets) {

  /** Flink's type information of shard reports. */
  static final TypeInformation<ShardReport> TYPE =
      new SingletonTypeInfo<>(ShardReport.class, ShardReportSerializer.INSTANCE);
}
