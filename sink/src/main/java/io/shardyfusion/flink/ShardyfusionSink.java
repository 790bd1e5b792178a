package io.shardyfusion.flink;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.flink.publishing.PublishSink;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.flink.writing.BulkWriteOperator;
import io.shardyfusion.flink.writing.ShardAssignment;
import io.shardyfusion.flink.writing.ShardKeys;
import io.shardyfusion.flink.writing.ShardWriteOperator;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.RoutingColumn;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.run.SchemaChange;
import io.shardyfusion.run.ShapeChange;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.CheckpointConfig;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sink that turns a stream of keyed records into snapshots of a dataset. A builder: name the
 * dataset, the shards, and how a record gives its key and value, then {@link #append()} it to the
 * job. Not thread-safe.
 *
 * <p>In Flink's <b>batch</b> execution mode the snapshot is published once, when the whole input
 * has been written, or not at all. Of several records of one key the one with the largest
 * {@linkplain #order order} wins. The graph that is appended:
 *
 * <pre>
 *  records ──► route ──► partition by shard ──► build shards ──► publish (parallelism 1)
 *              key,       contiguous ranges      sort, write        writer: assemble and
 *              value,     of shards, sizes       tables, upload     store the manifest;
 *              shard      equal within one                          committer: announce it
 * </pre>
 *
 * <p>In <b>streaming</b> mode every checkpoint in which something changed is announced as a
 * version, exactly once, {@link #publishInterval} permitting: its content is the input up to that
 * checkpoint. Of several records of one key the last one to arrive wins. If the input is bounded,
 * the last version holds all of it. Checkpointing must be enabled; unaligned checkpoints are
 * disabled, because a version would lack the records that a barrier overtook.
 *
 * <pre>
 *  records ──► route ──► keyBy(shard) ──► write shards ──────► publish (parallelism 1)
 *              key,       a shard is a     one RocksDB a shard;   writer: at the barrier, assemble
 *              value,     key group        at the barrier, flush  and store the manifest;
 *              shard                       and describe; upload   committer: when the checkpoint
 *                                          before it completes    has completed, announce it
 * </pre>
 *
 * @param <T> the type of the records
 */
public final class ShardyfusionSink<T> {

  /**
   * A weight of this many mebibytes is declared for the operator that builds or writes shards;
   * Flink shares a slot's managed memory by weight.
   */
  private static final int MEMORY_WEIGHT = 128;

  private static final Logger LOG = LoggerFactory.getLogger(ShardyfusionSink.class);

  private final DataStream<T> stream;
  private final @Nullable DataStream<ShardRow> routed;
  private @Nullable String dataset;
  private StoreOptions store = StoreOptions.defaults();
  private @Nullable Sharding sharding;
  private KeyEncoding keyEncoding = KeyEncoding.I64;
  private ValueFormat valueFormat = ValueFormat.BYTES;
  private @Nullable ValueSchema valueSchema;
  private boolean allowSchemaChange;
  private TableProfile profile = TableProfile.BALANCED;
  private DuplicatePolicy duplicates = DuplicatePolicy.LAST;
  private @Nullable RecordFunction<T, Object> key;
  private @Nullable RecordFunction<T, byte[]> value;
  private @Nullable RecordFunction<T, Boolean> delete;
  private @Nullable RecordFunction<T, Long> order;
  private final Map<String, RecordFunction<T, Object>> columns = new HashMap<>();
  private final TreeMap<String, String> custom = new TreeMap<>();
  private String runId = newId();
  private BaseSnapshot base = BaseSnapshot.EMPTY;
  private Duration publishInterval = Duration.ZERO;
  private boolean takeover;
  private Announcement.IfEmpty ifEmpty = Announcement.IfEmpty.REFUSE;
  private SinkSettings.StoreOpener opener = ObjectStores::open;
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

  /** Sets how to reach the store of the dataset. Default: as the environment configures it. */
  public ShardyfusionSink<T> store(StoreOptions options) {
    this.store = options;
    return this;
  }

  /** Routes keys to that many shards by their hash. This or {@link #sharding} is required. */
  public ShardyfusionSink<T> shards(int numShards) {
    return sharding(new HashSharding(numShards));
  }

  /**
   * Routes keys to shards by {@code function}. A dataset's readers need the module of its strategy.
   */
  public ShardyfusionSink<T> sharding(Sharding function) {
    this.sharding = function;
    return this;
  }

  /**
   * The value of a column that the {@linkplain #sharding sharding} depends on besides the key: a
   * {@link Long}, {@link String} or {@code byte[]}, by its type. Asked for only where the sharding
   * asks. Required for each of its columns, but for rows that are routed already.
   */
  public ShardyfusionSink<T> column(String name, RecordFunction<T, Object> function) {
    columns.put(name, function);
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

  /** Sets how keys are stored. Default: {@code i64}, for {@link Long} keys. */
  public ShardyfusionSink<T> keyEncoding(KeyEncoding encoding) {
    this.keyEncoding = encoding;
    return this;
  }

  /** The value of a record. Not asked for a record that deletes its key. Required likewise. */
  public ShardyfusionSink<T> value(RecordFunction<T, byte[]> function) {
    this.value = function;
    return this;
  }

  /** Sets what values hold: a hint for people and tools. Default: bytes. */
  public ShardyfusionSink<T> valueFormat(ValueFormat format) {
    this.valueFormat = format;
    return this;
  }

  /**
   * Records the schema that values are written by, for those who decode them and for the check of
   * the next change of it; made by {@link io.shardyfusion.schema.ValueSchemas}. Values are not
   * checked against it. Default: none.
   */
  public ShardyfusionSink<T> valueSchema(ValueSchema schema) {
    this.valueSchema = schema;
    return this;
  }

  /**
   * Lets the value schema change to one whose values the current version's cannot read, or, in a
   * continuous job, change at all: rows that it keeps stay as they were written. Default: {@link
   * #append()} refuses that.
   */
  public ShardyfusionSink<T> allowSchemaChange() {
    this.allowSchemaChange = true;
    return this;
  }

  /** Sets which records delete their key. Default: none. */
  public ShardyfusionSink<T> deleteWhen(RecordFunction<T, Boolean> function) {
    this.delete = function;
    return this;
  }

  /**
   * Sets which of several records of one key wins, in batch mode: the one with the largest order.
   * Default, and always in streaming mode: the order of arrival at the sink, which is that of the
   * stream only where one subtask sends all records of a key.
   */
  public ShardyfusionSink<T> order(RecordFunction<T, Long> function) {
    this.order = function;
    return this;
  }

  /**
   * Sets whether several records of one key are an error. Default: the last one wins. For batch
   * mode: in a continuous job they are what it is for.
   */
  public ShardyfusionSink<T> duplicates(DuplicatePolicy policy) {
    this.duplicates = policy;
    return this;
  }

  /** Sets how tables are laid out. Default: {@link TableProfile#BALANCED}. */
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

  /**
   * Sets what a continuous job begins with, unless it is restored from a checkpoint or savepoint.
   * Default: nothing, which is an error where the dataset has a snapshot.
   */
  public ShardyfusionSink<T> base(BaseSnapshot snapshot) {
    this.base = snapshot;
    return this;
  }

  /**
   * The least time between two announced versions of a continuous job. Checkpoints in between are
   * durable, but not announced. Default: zero, which announces every checkpoint that has changes.
   */
  public ShardyfusionSink<T> publishInterval(Duration interval) {
    this.publishInterval = interval;
    return this;
  }

  /**
   * Takes the dataset over from another writer, whatever that one has announced or announces before
   * the first version of this run; at its next announcement it fails. A continuous job may be
   * restored with it, or begin with nothing or with the current snapshot.
   */
  public ShardyfusionSink<T> takeover() {
    this.takeover = true;
    return this;
  }

  /**
   * Lets a snapshot without rows replace one that has some. Default: it is refused when it would be
   * announced, the job fails with an {@link io.shardyfusion.EmptySnapshotException} among the
   * causes, and readers keep what they have.
   */
  public ShardyfusionSink<T> allowEmpty() {
    this.ifEmpty = Announcement.IfEmpty.ANNOUNCE;
    return this;
  }

  /** Sets the beginning of the uids of the appended operators. Default: {@code shardyfusion}. */
  public ShardyfusionSink<T> uidPrefix(String prefix) {
    this.uidPrefix = prefix;
    return this;
  }

  /** Opens stores with {@code custom}. */
  ShardyfusionSink<T> opener(SinkSettings.StoreOpener custom) {
    this.opener = custom;
    return this;
  }

  /**
   * Appends the sink to the job. Reads the dataset's pointer, to know what the snapshot builds on,
   * and its current manifest: what the job would change of it besides the rows, such as the number
   * of shards, and what that costs, is logged as a warning.
   *
   * @return the id of this run, which the dataset's history and the run record name
   * @throws InvalidRequestException if something required is missing, the id of the run is none,
   *     the execution mode is not set, checkpointing is disabled in streaming mode, or the snapshot
   *     to begin with has other shards, or the value schema changes in a way that must be allowed
   * @throws io.shardyfusion.StorageException if the store cannot be read
   */
  public String append() {
    SinkSettings settings = settings();
    return settings.run().isStreaming() ? appendContinuous(settings) : appendBatch(settings);
  }

  private String appendBatch(SinkSettings settings) {
    return publish(
        settings,
        partitioned(settings)
            .transform("build shards", SubtaskReport.TYPE, new BulkWriteOperator(settings))
            .uid(uidPrefix + "-build")
            .setParallelism(parallelism(settings)));
  }

  private String appendContinuous(SinkSettings settings) {
    CheckpointConfig checkpoints = stream.getExecutionEnvironment().getCheckpointConfig();
    if (!checkpoints.isCheckpointingEnabled()) {
      throw new InvalidRequestException(
          "a continuous job publishes its checkpoints, and checkpointing is disabled; call"
              + " env.enableCheckpointing(…), or set execution.checkpointing.interval");
    }
    if (checkpoints.isUnalignedCheckpointsEnabled()) {
      // A barrier that overtakes records, on any edge, leaves them out of the version.
      LOG.warn(
          "Unaligned checkpoints are disabled for this job: its versions would lack records that a barrier overtook.");
      checkpoints.enableUnalignedCheckpoints(false);
    }
    ShardKeys keys = new ShardKeys(settings.content().numShards());
    return publish(
        settings,
        routed(settings)
            .keyBy(keys)
            .transform(
                "write shards",
                SubtaskReport.TYPE,
                new ShardWriteOperator(settings, keys, failedUpload(checkpoints)))
            .uid(uidPrefix + "-write")
            .setParallelism(parallelism(settings))
            .setMaxParallelism(settings.content().numShards()));
  }

  private static ShardWriteOperator.FailedUpload failedUpload(CheckpointConfig checkpoints) {
    return checkpoints.getTolerableCheckpointFailureNumber() == 0
        ? ShardWriteOperator.FailedUpload.FAILS_TASK
        : ShardWriteOperator.FailedUpload.FAILS_CHECKPOINT;
  }

  private int parallelism(SinkSettings settings) {
    return Math.min(
        settings.content().numShards(), stream.getExecutionEnvironment().getParallelism());
  }

  private String publish(SinkSettings settings, SingleOutputStreamOperator<SubtaskReport> written) {
    written
        .getTransformation()
        .declareManagedMemoryUseCaseAtOperatorScope(ManagedMemoryUseCase.OPERATOR, MEMORY_WEIGHT);
    DataStream<SubtaskReport> reports = written.global();
    // A barrier must not overtake the reports of its checkpoint.
    if (reports.getTransformation() instanceof PartitionTransformation<SubtaskReport> edge) {
      edge.getPartitioner().disableUnalignedCheckpoints();
    }
    reports
        .sinkTo(new PublishSink(settings))
        .name("publish")
        .uid(uidPrefix + "-publish")
        .setParallelism(1)
        .setMaxParallelism(1);
    return settings.run().id();
  }

  private DataStream<ShardRow> partitioned(SinkSettings settings) {
    return routed(settings)
        .partitionCustom(new ShardAssignment(settings.content().numShards()), row -> row.shard);
  }

  private DataStream<ShardRow> routed(SinkSettings settings) {
    return routed == null ? route(settings) : routed;
  }

  private DataStream<ShardRow> route(SinkSettings settings) {
    for (RoutingColumn column : settings.content().sharding().columns()) {
      required(columns.get(column.name()), "column(\"" + column.name() + "\", …)");
    }
    RouteRecords<T> route =
        new RouteRecords<>(
            new KeyRouter(settings.content().sharding(), settings.content().keyEncoding()),
            required(key, "key(…)"),
            required(value, "value(…)"),
            delete,
            order,
            columns);
    return stream.map(route).returns(ShardRow.TYPE).name("route").uid(uidPrefix + "-route");
  }

  private SinkSettings settings() {
    String uri = required(dataset, "dataset(…)");
    Sharding function = required(sharding, "shards(…)");
    RunMode mode = mode(stream.getExecutionEnvironment());
    try (CountingObjectStore opened = new CountingObjectStore(opener.open(uri, store))) {
      Dataset published = new Dataset(opened);
      Optional<Pointer> pointer = published.pointer().map(PointerState::pointer);
      PointerEntry current = pointer.map(Pointer::current).orElse(null);
      if (current != null) {
        compare(published, current, uri, function, mode);
      }
      return new SinkSettings(
          new SinkSettings.Target(uri, store, opener),
          new SinkSettings.Run(runId, newId(), mode, Instant.now(), opened.gets()),
          new SinkSettings.Start(
              takeover ? new Predecessor.Any() : Predecessor.newestOf(pointer),
              current == null ? null : current.manifest(),
              base,
              takeover),
          new SinkSettings.Content(
              function, keyEncoding, valueFormat, valueSchema, profile, duplicates, custom),
          new SinkSettings.Publishing(
              ifEmpty,
              publishInterval,
              stream
                  .getExecutionEnvironment()
                  .getConfiguration()
                  .get(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS)));
    }
  }

  private void compare(
      Dataset published, PointerEntry current, String uri, Sharding function, RunMode mode) {
    Manifest manifest;
    try {
      manifest = published.manifest(current.manifest());
    } catch (DataDamagedException e) {
      if (base == BaseSnapshot.CURRENT) {
        throw e;
      }
      LOG.warn("{} (This run begins anew and does not need that manifest.)", e.getMessage());
      return;
    }
    if (base == BaseSnapshot.CURRENT) {
      checkShape(uri, function, manifest);
    }
    new SchemaChange(valueSchema, allowSchemaChange)
        .against(current.version(), manifest.valueSchema(), mode == RunMode.STREAMING)
        .ifPresent(notice -> LOG.warn("{}: {}", uri, notice));
    new ShapeChange(function, keyEncoding, valueFormat, profile)
        .against(current.version(), manifest, mode == RunMode.STREAMING)
        .ifPresent(notice -> LOG.warn("{}: {}", uri, notice));
  }

  private void checkShape(String uri, Sharding function, Manifest current) {
    if (!current.sharding().equals(function) || current.keyEncoding() != keyEncoding) {
      throw new InvalidRequestException(
          """
          a job on top of the current snapshot of %s must have its shards: expected %s, \
          found %s; use the same, or publish the dataset anew with a backfill"""
              .formatted(
                  uri,
                  SinkSettings.Content.shape(current.sharding(), current.keyEncoding()),
                  SinkSettings.Content.shape(function, keyEncoding)));
    }
  }

  private static RunMode mode(StreamExecutionEnvironment environment) {
    RuntimeExecutionMode mode = environment.getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
    return switch (mode) {
      case BATCH -> RunMode.BATCH;
      case STREAMING -> RunMode.STREAMING;
      case AUTOMATIC ->
          throw new InvalidRequestException(
              "the sink works differently in batch and in streaming mode; found execution.runtime-mode AUTOMATIC; call"
                  + " env.setRuntimeMode(RuntimeExecutionMode.BATCH), or STREAMING");
    };
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
