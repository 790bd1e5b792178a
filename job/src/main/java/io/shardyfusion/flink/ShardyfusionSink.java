package io.shardyfusion.flink;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.shard.TableProfile;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectStores;
import io.shardyfusion.store.StoreOptions;
import java.io.Serializable;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * The sink that turns a stream of keyed records into a snapshot of a dataset. A builder: name the
 * dataset, the shards, and how a record gives its key and value, then {@link #append()} it to the
 * job. Not thread-safe.
 *
 * <p>The job must run in Flink's batch execution mode: the snapshot is published once, when the
 * whole input has been written, or not at all. The graph that is appended:
 *
 * <pre>
 *  records ──► route ──► partition by shard ──► build shards ──► publish (parallelism 1)
 *              key,       contiguous ranges      sort, write        writer: assemble and
 *              value,     of shards, sizes       tables, upload     store the manifest;
 *              shard      equal within one                          committer: announce it
 * </pre>
 *
 * <p>Of several records of one key the one with the largest {@linkplain #order order} wins.
 *
 * @param <T> the type of the records
 */
public final class ShardyfusionSink<T> {

  /**
   * A weight of this many mebibytes is declared for the sort; Flink shares a slot's managed memory
   * by weight.
   */
  private static final int SORT_MEMORY_WEIGHT = 128;

  private final DataStream<T> stream;
  private final @Nullable DataStream<ShardRow> routed;
  private @Nullable String dataset;
  private StoreOptions store = StoreOptions.defaults();
  private @Nullable Sharding sharding;
  private KeyEncoding keyEncoding = KeyEncoding.I64;
  private ValueFormat valueFormat = ValueFormat.BYTES;
  private TableProfile profile = TableProfile.BALANCED;
  private DuplicatePolicy duplicates = DuplicatePolicy.LAST;
  private @Nullable RecordFunction<T, Object> key;
  private @Nullable RecordFunction<T, byte[]> value;
  private @Nullable RecordFunction<T, Boolean> delete;
  private @Nullable RecordFunction<T, Long> order;
  private final TreeMap<String, String> custom = new TreeMap<>();
  private String runId = newId();
  private boolean takeover;
  private String uidPrefix = "shardyfusion";

  /** A serializable function of a record. */
  @FunctionalInterface
  public interface RecordFunction<T, R> extends Function<T, R>, Serializable {}

  private ShardyfusionSink(DataStream<T> stream, @Nullable DataStream<ShardRow> routed) {
    this.stream = stream;
    this.routed = routed;
  }

  /** A sink for the records of {@code stream}. */
  public static <T> ShardyfusionSink<T> forStream(DataStream<T> stream) {
    return new ShardyfusionSink<>(stream, null);
  }

  /**
   * A sink for rows that are routed already, by the sharding and key encoding that this sink is
   * given.
   */
  public static ShardyfusionSink<ShardRow> forRoutedRows(DataStream<ShardRow> rows) {
    return new ShardyfusionSink<>(rows, rows);
  }

  /** The dataset's URI: {@code s3://bucket/prefix} or {@code file:///dir}. Required. */
  public ShardyfusionSink<T> dataset(String uri) {
    this.dataset = uri;
    return this;
  }

  /** How to reach the store of the dataset. Default: as the environment configures it. */
  public ShardyfusionSink<T> store(StoreOptions options) {
    this.store = options;
    return this;
  }

  /** Routes keys to that many shards by their hash. This or {@link #sharding} is required. */
  public ShardyfusionSink<T> shards(int numShards) {
    return sharding(new HashSharding(numShards));
  }

  /** Routes keys to shards by {@code function}. */
  public ShardyfusionSink<T> sharding(Sharding function) {
    this.sharding = function;
    return this;
  }

  /**
   * The key of a record: a {@link Long}, {@link String} or {@code byte[]}, as the key encoding
   * wants it. Required, but for rows that are routed already.
   */
  public ShardyfusionSink<T> key(RecordFunction<T, Object> function) {
    this.key = function;
    return this;
  }

  /** How keys are stored. Default: {@code i64}, for {@link Long} keys. */
  public ShardyfusionSink<T> keyEncoding(KeyEncoding encoding) {
    this.keyEncoding = encoding;
    return this;
  }

  /** The value of a record. Not asked for a record that deletes its key. Required likewise. */
  public ShardyfusionSink<T> value(RecordFunction<T, byte[]> function) {
    this.value = function;
    return this;
  }

  /** What values hold: a hint for people and tools. Default: bytes. */
  public ShardyfusionSink<T> valueFormat(ValueFormat format) {
    this.valueFormat = format;
    return this;
  }

  /** Which records delete their key. Default: none. */
  public ShardyfusionSink<T> deleteWhen(RecordFunction<T, Boolean> function) {
    this.delete = function;
    return this;
  }

  /**
   * Which of several records of one key wins: the one with the largest order. Default: the order of
   * arrival at the sink, which is that of the stream only where one subtask sends all records of a
   * key.
   */
  public ShardyfusionSink<T> order(RecordFunction<T, Long> function) {
    this.order = function;
    return this;
  }

  /** Whether several records of one key are an error. Default: the last one wins. */
  public ShardyfusionSink<T> duplicates(DuplicatePolicy policy) {
    this.duplicates = policy;
    return this;
  }

  /** How tables are laid out. Default: {@link TableProfile#BALANCED}. */
  public ShardyfusionSink<T> profile(TableProfile tableProfile) {
    this.profile = tableProfile;
    return this;
  }

  /** Adds entries of your own to the manifest. */
  public ShardyfusionSink<T> custom(Map<String, String> entries) {
    this.custom.putAll(entries);
    return this;
  }

  /** The id of this run, 32 lower-case hexadecimal digits. Default: a random one. */
  public ShardyfusionSink<T> runId(String id) {
    this.runId = id;
    return this;
  }

  /** Announces the snapshot even if another writer announced one since this run began. */
  public ShardyfusionSink<T> takeover() {
    this.takeover = true;
    return this;
  }

  /** What the uids of the appended operators begin with. Default: {@code shardyfusion}. */
  public ShardyfusionSink<T> uidPrefix(String prefix) {
    this.uidPrefix = prefix;
    return this;
  }

  /**
   * Appends the sink to the job. Reads the dataset's pointer, to know what the snapshot builds on.
   *
   * @return the id of this run, which the dataset's history and the run record name
   * @throws InvalidRequestException if something required is missing, or the job is not in batch
   *     mode
   * @throws io.shardyfusion.StorageException if the store cannot be read
   */
  public String append() {
    return append(BulkWriteOperator::new);
  }

  /** As {@link #append()}, with that operator to build shards. */
  String append(Function<SinkSettings, OneInputStreamOperator<ShardRow, ShardReport>> build) {
    SinkSettings settings = settings();
    int parallelism =
        Math.min(
            settings.sharding().numShards(), stream.getExecutionEnvironment().getParallelism());
    SingleOutputStreamOperator<ShardReport> reports =
        partitioned(settings)
            .transform("build shards", ShardReport.TYPE, build.apply(settings))
            .uid(uidPrefix + "-build")
            .setParallelism(parallelism);
    reports
        .getTransformation()
        .declareManagedMemoryUseCaseAtOperatorScope(
            ManagedMemoryUseCase.OPERATOR, SORT_MEMORY_WEIGHT);
    reports
        .global()
        .sinkTo(new PublishSink(settings))
        .name("publish")
        .uid(uidPrefix + "-publish")
        .setParallelism(1);
    return settings.runId();
  }

  /**
   * What {@link #append()} begins with: rows on their way to the subtasks that build their shards.
   */
  DataStream<ShardRow> partitioned() {
    return partitioned(settings());
  }

  private DataStream<ShardRow> partitioned(SinkSettings settings) {
    DataStream<ShardRow> rows = routed == null ? route(settings) : routed;
    checkBatch(rows.getExecutionEnvironment());
    return rows.partitionCustom(
        new ShardAssignment(settings.sharding().numShards()), row -> row.shard);
  }

  private DataStream<ShardRow> route(SinkSettings settings) {
    RowRouter<T> router =
        new RowRouter<>(
            settings.sharding(),
            settings.keyEncoding(),
            required(key, "key(…)"),
            required(value, "value(…)"),
            delete,
            order);
    return stream.map(router).returns(ShardRow.TYPE).name("route").uid(uidPrefix + "-route");
  }

  private SinkSettings settings() {
    String uri = required(dataset, "dataset(…)");
    try (ObjectStore opened = ObjectStores.open(uri, store)) {
      Optional<Pointer> pointer = new Dataset(opened).pointer().map(PointerState::pointer);
      return new SinkSettings(
          uri,
          store,
          runId,
          newId(),
          Instant.now(),
          takeover ? null : pointer.map(Pointer::lastVersion).orElse(0L),
          pointer.map(Pointer::current).map(e -> e.manifest()).orElse(null),
          required(sharding, "shards(…)"),
          keyEncoding,
          valueFormat,
          profile,
          duplicates,
          custom);
    }
  }

  private static void checkBatch(StreamExecutionEnvironment environment) {
    RuntimeExecutionMode mode = environment.getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
    if (mode != RuntimeExecutionMode.BATCH) {
      throw new InvalidRequestException(
          "the sink publishes bounded input, in Flink's batch execution mode; found execution.runtime-mode "
              + mode
              + "; call env.setRuntimeMode(RuntimeExecutionMode.BATCH)");
    }
  }

  private static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  private static <R> R required(@Nullable R part, String name) {
    if (part == null) {
      throw new InvalidRequestException(
          "the sink is not complete: call " + name + " before append()");
    }
    return part;
  }
}
