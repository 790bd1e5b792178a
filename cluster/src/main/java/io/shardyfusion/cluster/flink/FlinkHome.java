package io.shardyfusion.cluster.flink;

import io.shardyfusion.cluster.process.JvmLaunch;
import io.shardyfusion.cluster.process.OwnedMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of one cluster, under one directory: {@code conf}, {@code log}, {@code tmp}, and {@code
 * plugins} if there are any.
 *
 * @param directory holds them
 * @param distribution has the jars
 */
public record FlinkHome(Path directory, FlinkDistribution distribution) {

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
  public static FlinkHome create(
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

  public Path conf() {
    return directory.resolve("conf");
  }

  public Path logs() {
    return directory.resolve("log");
  }

  public Path temporary() {
    return directory.resolve("tmp");
  }

  /** The directory of plugins, if it exists. */
  public Path plugins() {
    return directory.resolve("plugins");
  }

  /**
   * A process of Flink, which ends with the one that started it; its log is {@code name.log}.
   *
   * @param main the main class
   * @param environment variables besides those that tell it of these files
   */
  public JvmLaunch launch(
      String name,
      List<String> jvm,
      String main,
      List<String> arguments,
      Map<String, String> environment) {
    List<String> options = new ArrayList<>();
    options.add("-Djava.io.tmpdir=" + temporary());
    options.add("-Dlog4j.configurationFile=" + conf().resolve("log4j.properties").toUri());
    options.addAll(jvm);
    List<String> classPath = new ArrayList<>();
    classPath.add(JvmLaunch.ourClasses());
    classPath.addAll(distribution.classPath());
    List<String> command = new ArrayList<>(List.of(OwnedMain.class.getName(), main));
    command.addAll(arguments);
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("FLINK_HOME", "");
    variables.put("FLINK_CONF_DIR", conf().toString());
    variables.put("FLINK_LIB_DIR", distribution.lib().toString());
    variables.put("FLINK_PLUGINS_DIR", plugins().toString());
    return new JvmLaunch(
        name, directory, logs().resolve(name + ".log"), classPath, options, command, variables);
  }
}
