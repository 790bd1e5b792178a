package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.DuplicatePolicy;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.job.input.BadRowPolicy;
import io.shardyfusion.job.input.DeleteRule;
import io.shardyfusion.job.input.InputOptions;
import io.shardyfusion.job.input.KafkaOptions;
import io.shardyfusion.job.input.KeyColumn;
import io.shardyfusion.job.input.RowFormat;
import io.shardyfusion.job.input.RowSource;
import io.shardyfusion.job.input.ValueSelection;
import io.shardyfusion.routing.HashSharding;
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

  @Option(
      names = "--mode",
      defaultValue = "batch",
      paramLabel = "batch|streaming",
      description =
          "batch: read the whole input, publish one version (default); streaming: publish changes as they come.")
  String mode = "batch";

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
      description = "What separates csv fields (default: a comma; \\t for a tab).")
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
      description = "How keys are stored (default: by type: i64, utf8, raw).")
  @Nullable String keyEncoding;

  @Option(
      names = "--value",
      defaultValue = "row",
      paramLabel = "row|COL|json:COL,COL",
      description =
          "What is stored: the row, one column, or a JSON object of columns (default: ${DEFAULT-VALUE}).")
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
  int shards;

  @Option(
      names = "--sharding",
      defaultValue = "hash",
      paramLabel = "hash",
      description = "How keys are routed to shards (default: ${DEFAULT-VALUE}).")
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
      description = "What to do with a row that cannot be read (default: ${DEFAULT-VALUE}).")
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

  @Mixin ContinuousRunOptions continuous = new ContinuousRunOptions();

  @Mixin KafkaRunOptions kafka = new KafkaRunOptions();

  @Mixin EventTimeRunOptions eventTime = new EventTimeRunOptions();

  /**
   * What to run.
   *
   * @param dataset the URI of the dataset
   * @param store how to reach it
   * @throws InvalidRequestException if an option's value cannot be used
   */
  public SnapshotJobConfig toConfig(String dataset, StoreOptions store) {
    boolean streaming = isStreaming();
    KafkaOptions topic = kafka.toOptions();
    if (!sharding.equals(HashSharding.STRATEGY)) {
      throw new InvalidRequestException("unknown sharding '" + sharding + "'; expected hash");
    }
    if (parallelism != null && parallelism < 1) {
      throw new InvalidRequestException("the parallelism must be at least 1, found " + parallelism);
    }
    if (streaming && DuplicatePolicy.of(duplicates) == DuplicatePolicy.FAIL) {
      throw new InvalidRequestException(
          "--duplicates fail is for --mode batch: a continuous job updates keys");
    }
    return new SnapshotJobConfig(
        new InputOptions(
            source(topic),
            RowFormat.of(format, csvDelimiter),
            KeyColumn.of(key, keyType, keyEncoding),
            ValueSelection.of(value),
            DeleteRule.of(opColumn, deleteValues),
            eventTime.toEventTime(),
            BadRowPolicy.of(onBadRow)),
        dataset,
        store,
        new HashSharding(shards),
        TableProfile.of(profile),
        DuplicatePolicy.of(duplicates),
        custom,
        parallelism,
        takeover,
        allowEmpty,
        streaming ? continuous.toOptions() : null);
  }

  private RowSource source(@Nullable KafkaOptions topic) {
    if (topic == null) {
      return new RowSource.Files(input);
    }
    if (!input.isEmpty()) {
      throw new InvalidRequestException(
          "--input and --kafka-topic are both given; a job reads one of them");
    }
    return topic;
  }

  private boolean isStreaming() {
    return switch (mode) {
      case "streaming" -> true;
      case "batch" -> {
        String given = continuous.firstGiven();
        if (given != null) {
          throw new InvalidRequestException(given + " is for --mode streaming; found --mode batch");
        }
        yield false;
      }
      default ->
          throw new InvalidRequestException(
              "unknown mode '" + mode + "'; expected batch or streaming");
    };
  }
}
