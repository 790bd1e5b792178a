package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.GeneratedRows;
import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.flink.writing.ShardAssignment;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.RoutingContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The three jobs that {@code bench write} compares: of one source, one partitioning, and three ways
 * to end. The first is the product's; the others have its routing and partitioning.
 */
final class WriteJobs {

  private static final long MIN_WRITE_BUFFER_BYTES = 1 << 20;
  private static final long MAX_WRITE_BUFFER_BYTES = 64 << 20;

  private final StreamExecutionEnvironment environment;
  private final String dataset;
  private final int shards;
  private final long rows;

  /** Jobs that write the first {@code rows} generated rows into {@code dataset}. */
  WriteJobs(StreamExecutionEnvironment environment, String dataset, int shards, long rows) {
    this.environment = environment;
    this.dataset = dataset;
    this.shards = shards;
    this.rows = rows;
  }

  /** Builds and announces a snapshot as the product does. */
  void bulk() {
    ShardyfusionSink.forStream(numbers())
        .dataset(dataset)
        .shards(shards)
        .key(GeneratedRows::key)
        .value(GeneratedRows::value)
        .append();
  }

  /** Drops the rows where the shards would be built. */
  void shuffle() {
    partitioned().sinkTo(new DiscardingSink<>()).name("discard").setParallelism(builders());
  }

  /**
   * Puts every row into the RocksDB of its shard, then flushes, compacts, uploads and announces.
   *
   * @param memoryBytes that the write buffers of all shards share
   */
  void put(long memoryBytes) {
    long writeBufferBytes =
        Math.min(
            MAX_WRITE_BUFFER_BYTES, Math.max(MIN_WRITE_BUFFER_BYTES, memoryBytes / shards / 2));
    partitioned()
        .transform(
            "put", SubtaskReport.TYPE, new PutWriteOperator(dataset, shards, writeBufferBytes))
        .setParallelism(builders())
        .global()
        .transform("publish", SubtaskReport.TYPE, new PutPublishOperator(dataset, rows))
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .setParallelism(1);
  }

  private int builders() {
    return Math.min(shards, environment.getParallelism());
  }

  private DataStream<Long> numbers() {
    return environment.fromSequence(0, rows - 1);
  }

  private DataStream<ShardRow> partitioned() {
    KeyRouter router = new KeyRouter(new HashSharding(shards), KeyEncoding.I64);
    return numbers()
        .map(n -> row(router, n))
        .returns(ShardRow.TYPE)
        .partitionCustom(new ShardAssignment(shards), row -> row.shard);
  }

  private static ShardRow row(KeyRouter router, long n) {
    Key key = Key.of(GeneratedRows.key(n));
    return new ShardRow(
        router.shard(key, RoutingContext.none()), n, router.stored(key), GeneratedRows.value(n));
  }
}
