package io.shardyfusion.flink;

import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The three jobs that {@code bench write} compares: of one source, one partitioning, and three ways
 * to end.
 */
public final class WriteJobs {

  private static final long MIN_WRITE_BUFFER_BYTES = 1 << 20;
  private static final long MAX_WRITE_BUFFER_BYTES = 64 << 20;

  private WriteJobs() {}

  /** Builds and announces a snapshot as the product does. */
  public static void bulk(ShardyfusionSink<?> sink) {
    sink.append();
  }

  /** Drops the rows where the shards would be built. */
  public static void shuffle(ShardyfusionSink<?> sink, int parallelism) {
    sink.partitioned().sinkTo(new DiscardingSink<>()).name("discard").setParallelism(parallelism);
  }

  /**
   * Puts every row into the RocksDB of its shard, then flushes, compacts, uploads and announces.
   *
   * @param memoryBytes that the write buffers of all shards share
   */
  public static void put(ShardyfusionSink<?> sink, int shards, long memoryBytes) {
    long writeBufferBytes =
        Math.min(
            MAX_WRITE_BUFFER_BYTES, Math.max(MIN_WRITE_BUFFER_BYTES, memoryBytes / shards / 2));
    sink.append(settings -> new PutWriteOperator(settings, writeBufferBytes));
  }
}
