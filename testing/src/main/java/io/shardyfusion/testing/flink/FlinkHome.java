package io.shardyfusion.testing.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of one cluster, under one directory: {@code conf}, {@code log}, {@code tmp}.
 *
 * @param directory holds them
 * @param distribution has the jars
 */
record FlinkHome(Path directory, FlinkDistribution distribution) {

  private static final String LOG4J =
      """
      rootLogger.level = INFO
      rootLogger.appenderRef.console.ref = console
      appender.console.name = console
      appender.console.type = CONSOLE
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %-50c{1.} %x - %m%n
      logger.pekko.name = org.apache.pekko
      logger.pekko.level = WARN
      logger.settings.name = org.apache.flink.configuration.GlobalConfiguration
      logger.settings.level = WARN
      logger.metrics.name = org.apache.flink.runtime.metrics
      logger.metrics.level = ERROR
      """;

  /** Lays the files out, with {@code settings} as Flink's configuration. */
  static FlinkHome create(
      Path directory, FlinkDistribution distribution, Map<String, String> settings) {
    FlinkHome home = new FlinkHome(directory.toAbsolutePath(), distribution);
    StringBuilder yaml = new StringBuilder();
    new TreeMap<>(settings)
        .forEach(
            (key, value) ->
                yaml.append(key).append(": '").append(value.replace("'", "''")).append("'\n"));
    try {
      Files.createDirectories(home.conf());
      Files.createDirectories(home.logs());
      Files.createDirectories(home.temporary());
      Files.writeString(home.conf().resolve("config.yaml"), yaml);
      Files.writeString(home.conf().resolve("log4j.properties"), LOG4J);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return home;
  }

  Path conf() {
    return directory.resolve("conf");
  }

  Path logs() {
    return directory.resolve("log");
  }

  Path temporary() {
    return directory.resolve("tmp");
  }

  String classPath() {
    return distribution.classPath();
  }

  List<String> jvmArguments() {
    return List.of(
        "-Djava.io.tmpdir=" + temporary(),
        "-Dlog4j.configurationFile=" + conf().resolve("log4j.properties").toUri());
  }

  Map<String, String> environment() {
    return Map.of(
        "FLINK_CONF_DIR", conf().toString(),
        "FLINK_LIB_DIR", distribution.lib().toString(),
        // No plugins: there is no such directory.
        "FLINK_PLUGINS_DIR", directory.resolve("plugins").toString());
  }
}
