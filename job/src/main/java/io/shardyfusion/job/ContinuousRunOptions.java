package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.BaseSnapshot;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a continuous run. A picocli mixin. */
public final class ContinuousRunOptions {

  private static final String STREAMING = "streaming: ";

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "D",
      description =
          STREAMING
              + "how often a checkpoint is taken and published, such as 500ms, 10s, 5m (default: the cluster's setting, or 10s).")
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
      description = STREAMING + "how often new files or partitions are looked for (default: 10s).")
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
              + "where checkpoints are kept (default, embedded: a directory of the user's for this dataset).")
  @Nullable String checkpointDirectory;

  @Option(
      names = "--restore",
      paramLabel = "auto|none|PATH",
      description =
          STREAMING
              + "embedded: go on from the newest checkpoint in --checkpoint-dir, if any; from nothing (default); from that one.")
  @Nullable String restore;

  /** The options. */
  ContinuousOptions toOptions() {
    return new ContinuousOptions(
        duration("--discovery-interval", discoveryInterval, Duration.ofSeconds(10)),
        checkpointInterval == null
            ? null
            : Durations.parse("--checkpoint-interval", checkpointInterval),
        duration("--publish-interval", publishInterval, Duration.ZERO),
        sourceParallelism,
        base(),
        checkpointDirectory,
        ContinuousOptions.Restore.of(restore == null ? "none" : restore));
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

  /** The first of these options that is given, or null. */
  @Nullable String firstGiven() {
    Object[][] options = {
      {"--checkpoint-interval", checkpointInterval},
      {"--publish-interval", publishInterval},
      {"--discovery-interval", discoveryInterval},
      {"--source-parallelism", sourceParallelism},
      {"--base", base},
      {"--checkpoint-dir", checkpointDirectory},
      {"--restore", restore}
    };
    for (Object[] option : options) {
      if (option[1] != null) {
        return (String) option[0];
      }
    }
    return null;
  }
}
