package io.shardyfusion.testing.flink;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code flink run}.
 *
 * @param jar the job's jar
 * @param mainClass its class to run
 * @param arguments of the main class
 * @param parallelism of the job, {@code -p}
 * @param savepoint where the state comes from, {@code -s}; null: none
 * @param settings of Flink, {@code -D}
 */
public record JobSubmission(
    Path jar,
    String mainClass,
    List<String> arguments,
    int parallelism,
    @Nullable String savepoint,
    Map<String, String> settings) {

  public JobSubmission {
    arguments = List.copyOf(arguments);
    settings = Map.copyOf(settings);
  }

  /** A submission without savepoint and settings. */
  public JobSubmission(Path jar, String mainClass, List<String> arguments, int parallelism) {
    this(jar, mainClass, arguments, parallelism, null, Map.of());
  }

  /** The same, from a savepoint or retained checkpoint, at a parallelism. */
  public JobSubmission restoredFrom(String path, int newParallelism) {
    return new JobSubmission(jar, mainClass, arguments, newParallelism, path, settings);
  }
}
