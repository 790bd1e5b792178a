package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.run.BaseSnapshot;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a continuous run. A picocli mixin. */
public final class ContinuousRunOptions {

  private static final String STREAMING = "streaming: ";
  private static final Duration DEFAULT_DISCOVERY = Duration.ofSeconds(10);

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "D",
      description =
          STREAMING
              + "the interval at which a checkpoint is taken and published, such as 500ms, 10s, 5m (default: the cluster's setting, or 10s).")
  @Nullable String checkpointInterval;

  @Option(
      names = "--publish-interval",
      paramLabel = "D",
      description =
          STREAMING
              + "the least time between two versions; checkpoints between are not announced (default: 0s).")
  @Nullable String publishInterval;

  @Option(
      names = "--discovery-interval",
      paramLabel = "D",
      description =
          STREAMING
              + "the interval at which new files or partitions are looked for (default: 10s).")
  @Nullable String discoveryInterval;

  @Option(
      names = "--source-parallelism",
      paramLabel = "P",
      description =
          STREAMING
              + "subtasks that read (default: 1 for files, which keeps path order; the parallelism for Kafka).")
  @Nullable Integer sourceParallelism;

  @Option(
      names = "--base",
      paramLabel = "empty|current",
      description =
          STREAMING + "begin with nothing (default), or on top of the dataset's current version.")
  @Nullable String base;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "URI",
      description =
          STREAMING
              + "the directory of checkpoints (default, embedded: one of the user's for this dataset).")
  @Nullable String checkpointDirectory;

  @Option(
      names = "--restore",
      paramLabel = "auto|none|PATH",
      description =
          STREAMING
              + "embedded: go on from the newest checkpoint in --checkpoint-dir, if any; from nothing (default); from that one.")
  @Nullable String restore;

  /** The options; what cannot be used is added to {@code errors}, and left at its default. */
  ContinuousOptions toOptions(ValueErrors errors) {
    return new ContinuousOptions(
        errors.valueOf(
            () ->
                ContinuousOptions.requireDiscoveryInterval(
                    duration("--discovery-interval", discoveryInterval, DEFAULT_DISCOVERY)),
            DEFAULT_DISCOVERY),
        errors.given(checkpointInterval, ContinuousRunOptions::interval),
        errors.valueOf(
            () -> duration("--publish-interval", publishInterval, Duration.ZERO), Duration.ZERO),
        errors.given(sourceParallelism, ContinuousOptions::requireSourceParallelism),
        errors.valueOf(this::base, BaseSnapshot.EMPTY),
        checkpointDirectory,
        ContinuousOptions.Restore.of(restore == null ? "none" : restore));
  }

  private static Duration interval(String text) {
    return ContinuousOptions.requireCheckpointInterval(
        Durations.parse("--checkpoint-interval", text));
  }

  private BaseSnapshot base() {
    if (base == null) {
      return BaseSnapshot.EMPTY;
    }
    for (BaseSnapshot snapshot : BaseSnapshot.values()) {
      if (snapshot.name().toLowerCase(Locale.ROOT).equals(base)) {
        return snapshot;
      }
    }
    throw new InvalidRequestException("--base must be empty or current, found '" + base + "'");
  }

  private static Duration duration(String option, @Nullable String text, Duration fallback) {
    return text == null ? fallback : Durations.parse(option, text);
  }

  /** The names of those of these options that are given. */
  List<String> given() {
    Map<String, Optional<?>> options = new LinkedHashMap<>();
    options.put("--checkpoint-interval", Optional.ofNullable(checkpointInterval));
    options.put("--publish-interval", Optional.ofNullable(publishInterval));
    options.put("--discovery-interval", Optional.ofNullable(discoveryInterval));
    options.put("--source-parallelism", Optional.ofNullable(sourceParallelism));
    options.put("--base", Optional.ofNullable(base));
    options.put("--checkpoint-dir", Optional.ofNullable(checkpointDirectory));
    options.put("--restore", Optional.ofNullable(restore));
    return options.entrySet().stream()
        .filter(option -> option.getValue().isPresent())
        .map(Map.Entry::getKey)
        .toList();
  }
}
