package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.DeleteRule;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.RowSource;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.store.StoreOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a run, as {@code shardy run} and {@code flink run} take them. A picocli mixin. */
public final class RunOptions {

  private static final String BATCH = "batch";
  private static final String STREAMING = "streaming";

  @Option(
      names = "--mode",
      defaultValue = BATCH,
      paramLabel = "batch|streaming",
      description =
          "batch: read the whole input, publish one version (default); streaming: publish changes as they come.")
  String mode = BATCH;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description =
          "File, glob or directory, on any Flink file system; repeatable. .gz, .zst, .bz2 by name.")
  List<String> input = new ArrayList<>();

  @Option(
      names = "--format",
      defaultValue = "jsonl",
      paramLabel = "jsonl|csv",
      description =
          "jsonl: one JSON object a line; csv: RFC 4180 with a header (default: ${DEFAULT-VALUE}).")
  String format = "jsonl";

  @Option(
      names = "--csv-delimiter",
      paramLabel = "C",
      description = "The separator of csv fields (default: a comma; \\t for a tab).")
  @Nullable String csvDelimiter;

  @Option(
      names = "--key",
      paramLabel = "COL",
      description = "The column of the key; Kafka: without it, the record's key.")
  @Nullable String key;

  @Option(
      names = "--key-type",
      defaultValue = "long",
      paramLabel = "long|string|bytes",
      description =
          "The type of the keys (default: ${DEFAULT-VALUE}); bytes are base64 text in the input.")
  String keyType = "long";

  @Option(
      names = "--key-encoding",
      paramLabel = "i64|u64be|u32be|utf8|raw",
      description = "The form in which keys are stored (default, by type: i64, utf8, raw).")
  @Nullable String keyEncoding;

  @Option(
      names = "--value",
      defaultValue = "row",
      paramLabel = "row|COL|json:COL,COL",
      description =
          "The value of a key: the row, one column, or a JSON object of columns (default: ${DEFAULT-VALUE}).")
  String value = "row";

  @Option(
      names = "--op-column",
      paramLabel = "COL",
      description = "The column that says what a row does.")
  @Nullable String opColumn;

  @Option(
      names = "--delete-values",
      split = ",",
      paramLabel = "V",
      description = "The values of --op-column that delete the key.")
  List<String> deleteValues = new ArrayList<>();

  @Option(
      names = "--shards",
      required = true,
      paramLabel = "N",
      description = "The number of shards, 1 to 32768.")
  @Nullable Integer shards;

  @Option(
      names = "--sharding",
      defaultValue = "hash",
      paramLabel = "hash",
      description = "The function that routes keys to shards (default: ${DEFAULT-VALUE}).")
  String sharding = "hash";

  @Option(
      names = "--duplicates",
      defaultValue = "last",
      paramLabel = "last|fail",
      description =
          "last: the later row of a key wins (files in path order, then line order); fail: publish nothing.")
  String duplicates = "last";

  @Option(
      names = "--on-bad-row",
      defaultValue = "fail",
      paramLabel = "fail|skip|dead-letter:URI",
      description = "The fate of a row that cannot be read (default: ${DEFAULT-VALUE}).")
  String onBadRow = "fail";

  @Option(
      names = "--profile",
      defaultValue = "balanced",
      paramLabel = "balanced|latency|compact",
      description =
          "Table options: LZ4, uncompressed with hash index, ZSTD (default: ${DEFAULT-VALUE}).")
  String profile = "balanced";

  @Option(
      names = "--custom",
      paramLabel = "K=V",
      description = "An entry for the manifest; repeatable.")
  Map<String, String> custom = new LinkedHashMap<>();

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description = "Parallel subtasks (default: all cores, or the cluster's setting).")
  @Nullable Integer parallelism;

  @Option(names = "--takeover", description = "Take the dataset over from another writer.")
  boolean takeover;

  @Option(
      names = "--allow-empty",
      description = "Let a result without rows replace a version that has some.")
  boolean allowEmpty;

  @Mixin ValueSchemaRunOptions valueSchema = new ValueSchemaRunOptions();

  @Mixin ContinuousRunOptions continuous = new ContinuousRunOptions();

  @Mixin KafkaRunOptions kafka = new KafkaRunOptions();

  @Mixin EventTimeRunOptions eventTime = new EventTimeRunOptions();

  /**
   * The run that the options describe.
   *
   * @param dataset the URI of the dataset
   * @param store how to reach it
   * @throws InvalidRequestException if values of options cannot be used, with a line for each
   */
  public SnapshotJobConfig toConfig(String dataset, StoreOptions store) {
    ValueErrors errors = new ValueErrors();
    SnapshotJobConfig config = toConfig(dataset, store, errors);
    errors.throwIfAny();
    if (config == null || shards == null) {
      throw new InvalidRequestException("no number of shards is given; add --shards N");
    }
    return config;
  }

  /**
   * The run that the options describe, or null if they describe none; each value of an option that
   * cannot be used is added to {@code errors}. What the parser tells, as that {@code --shards} is
   * missing, is not added.
   *
   * @param dataset the URI of the dataset
   * @param store how to reach it
   */
  public @Nullable SnapshotJobConfig toConfig(
      String dataset, StoreOptions store, ValueErrors errors) {
    ContinuousOptions goesOn = continuous(errors);
    InputOptions rows = input(errors);
    if (!sharding.equals(HashSharding.STRATEGY)) {
      errors.add("unknown sharding '" + sharding + "'; expected hash");
    }
    if (parallelism != null && parallelism < 1) {
      errors.add("the parallelism must be at least 1, found " + parallelism);
    }
    int numShards = shards == null ? 1 : shards;
    Sharding route = errors.orNull(() -> new HashSharding(numShards));
    ValueSchema schema = valueSchema.toSchema(errors);
    TableProfile tables = errors.orNull(() -> TableProfile.of(profile));
    DuplicatePolicy twice = errors.orNull(() -> DuplicatePolicy.of(duplicates));
    if (mode.equals(STREAMING) && twice == DuplicatePolicy.FAIL) {
      errors.add("--duplicates fail is for --mode batch: a continuous job updates keys");
    }
    if (rows == null || route == null || tables == null || twice == null) {
      return null;
    }
    return errors.orNull(
        () ->
            new SnapshotJobConfig(
                rows,
                dataset,
                store,
                new SnapshotJobConfig.Content(route, schema, tables, twice, custom),
                new SnapshotJobConfig.Replacing(takeover, allowEmpty, valueSchema.allowChange),
                parallelism,
                goesOn));
  }

  /**
   * Adds what cannot be used to {@code errors}, and puts something usable in its place while the
   * rest is checked.
   */
  private @Nullable InputOptions input(ValueErrors errors) {
    RowSource source = source(errors);
    RowFormat rows =
        errors.valueOf(() -> RowFormat.of(format, csvDelimiter), new RowFormat.Jsonl());
    KeyColumn keys =
        errors.valueOf(
            () -> KeyColumn.of(key, keyType, keyEncoding), KeyColumn.of("any", "long", null));
    ValueSelection values =
        errors.valueOf(() -> ValueSelection.of(value), new ValueSelection.Row());
    DeleteRule deletes = errors.orNull(() -> DeleteRule.of(opColumn, deleteValues));
    EventTime time = errors.orNull(eventTime::toEventTime);
    BadRowPolicy bad = errors.valueOf(() -> BadRowPolicy.of(onBadRow), new BadRowPolicy.Fail());
    return errors.orNull(() -> new InputOptions(source, rows, keys, values, deletes, time, bad));
  }

  private RowSource source(ValueErrors errors) {
    KafkaOptions topic = kafka.toOptions(errors);
    if (topic == null) {
      return errors.valueOf(() -> new RowSource.Files(input), new RowSource.Files(List.of("any")));
    }
    if (!input.isEmpty()) {
      errors.add("--input and --kafka-topic are both given; a job reads one of them");
    }
    return topic;
  }

  private @Nullable ContinuousOptions continuous(ValueErrors errors) {
    if (mode.equals(BATCH)) {
      continuous
          .given()
          .forEach(option -> errors.add(option + " is for --mode streaming; found --mode batch"));
      return null;
    }
    if (!mode.equals(STREAMING)) {
      errors.add("unknown mode '" + mode + "'; expected batch or streaming");
    }
    return continuous.toOptions(errors);
  }
}
