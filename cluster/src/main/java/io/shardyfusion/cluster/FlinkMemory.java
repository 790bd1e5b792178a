package io.shardyfusion.cluster;

import io.shardyfusion.cluster.flink.FlinkHome;
import io.shardyfusion.cluster.process.JvmLaunch;
import io.shardyfusion.cluster.process.JvmProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The division of a process' memory: what Flink's start scripts work out of the configuration, by
 * the same program.
 *
 * @param jvm options of its JVM
 * @param arguments of its main class
 */
record FlinkMemory(List<String> jvm, List<String> arguments) {

  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String RESULT = "BASH_JAVA_UTILS_EXEC_RESULT:";

  FlinkMemory {
    jvm = List.copyOf(jvm);
    arguments = List.copyOf(arguments);
  }

  /** That of a JobManager. */
  static FlinkMemory ofJobManager(FlinkHome home) {
    return ask(home, "jobmanager-memory", "GET_JM_RESOURCE_PARAMS");
  }

  /** That of a TaskManager. */
  static FlinkMemory ofTaskManager(FlinkHome home) {
    return ask(home, "taskmanager-memory", "GET_TM_RESOURCE_PARAMS");
  }

  private static FlinkMemory ask(FlinkHome home, String name, String question) {
    JvmLaunch launch =
        new JvmLaunch(
            name,
            home.directory(),
            home.logs().resolve(name + ".log"),
            home.distribution().scriptsClassPath(),
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            List.of(
                "org.apache.flink.runtime.util.bash.BashJavaUtils",
                question,
                "--configDir",
                home.conf().toString()),
            Map.of("FLINK_CONF_DIR", home.conf().toString()));
    try (JvmProcess process = JvmProcess.start(launch)) {
      List<List<String>> results = new ArrayList<>();
      if (process.await(DEADLINE) && process.exitCode() == 0) {
        process
            .output()
            .lines()
            .filter(line -> line.startsWith(RESULT))
            .forEach(line -> results.add(words(line.substring(RESULT.length()))));
      }
      if (results.size() != 2) {
        throw ClusterException.usage(
            "Flink cannot divide the memory that flink-conf/config.yaml and -D declare: "
                + reason(process.output())
                + "; all of it: "
                + launch.log());
      }
      return new FlinkMemory(results.get(0), results.get(1));
    }
  }

  /** The innermost cause, or the end of what was printed. */
  private static String reason(String output) {
    List<String> lines = output.lines().toList();
    String cause = "Caused by: ";
    return lines.stream()
        .filter(line -> line.startsWith(cause))
        .reduce((outer, inner) -> inner)
        .map(line -> line.substring(cause.length()))
        .orElse(lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1));
  }

  private static List<String> words(String line) {
    return line.isBlank() ? List.of() : List.of(line.trim().split("\\s+", -1));
  }
}
