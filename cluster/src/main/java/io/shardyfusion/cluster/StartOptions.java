package io.shardyfusion.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that a cluster is started with. A picocli mixin. */
final class StartOptions {

  private static final int TASK_MANAGERS = 2;
  private static final int REST_PORT = 8081;
  private static final int S3_PORT = 9000;

  @Option(
      names = "--task-managers",
      paramLabel = "N",
      description = "How many TaskManagers (default: " + TASK_MANAGERS + ").")
  private @Nullable Integer taskManagers;

  @Option(
      names = "--rest-port",
      paramLabel = "PORT",
      description =
          "The port of Flink's REST interface and web UI; 0: any that is free (default: "
              + REST_PORT
              + ").")
  private @Nullable Integer restPort;

  @Option(
      names = "--s3-port",
      paramLabel = "PORT",
      description = "The port of the S3 server; 0: any that is free (default: " + S3_PORT + ").")
  private @Nullable Integer s3Port;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "A setting of Flink, over that of flink-conf/config.yaml; repeatable.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** The options that were given, and the rest by default. */
  ClusterOptions toOptions() {
    return over(new ClusterOptions(TASK_MANAGERS, REST_PORT, S3_PORT, Map.of()));
  }

  /** The options that were given, and the rest as it is. */
  ClusterOptions over(ClusterOptions others) {
    return new ClusterOptions(
        taskManagers == null ? others.taskManagers() : taskManagers,
        restPort == null ? others.restPort() : restPort,
        s3Port == null ? others.s3Port() : s3Port,
        settings.isEmpty() ? others.settings() : settings);
  }

  /** The words that {@link #toOptions()} is made of again. */
  static List<String> toArguments(ClusterOptions options) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "--task-managers=" + options.taskManagers(),
                "--rest-port=" + options.restPort(),
                "--s3-port=" + options.s3Port()));
    options.settings().forEach((key, value) -> words.add("-D" + key + "=" + value));
    return words;
  }
}
