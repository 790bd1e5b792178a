package io.shardyfusion.cluster;

import io.shardyfusion.cluster.flink.FlinkHome;
import io.shardyfusion.cluster.process.JvmLaunch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Flink's command line, {@code flink}, for a cluster that is up. */
final class FlinkClient {

  private static final String LOG4J =
      """
      rootLogger.level = INFO
      rootLogger.appenderRef.file.ref = file
      appender.file.name = file
      appender.file.type = FILE
      appender.file.fileName = ${sys:shardyfusion.client.log}
      appender.file.layout.type = PatternLayout
      appender.file.layout.pattern = %d{HH:mm:ss,SSS} %-5p %-50c{1.} %x - %m%n
      """;

  private FlinkClient() {}

  /** A process that runs it; with the credentials of the S3 server in its environment. */
  static ProcessBuilder process(ClusterDirectory directory, List<String> arguments)
      throws IOException {
    FlinkHome home = new FlinkHome(directory.root(), ClusterFiles.distribution());
    Path log4j = home.conf().resolve("log4j-client.properties");
    Files.writeString(log4j, LOG4J);
    Map<String, String> settings = FlinkConfiguration.read(home.conf().resolve("config.yaml"));
    List<String> jvm = new ArrayList<>(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    jvm.add("-Dlog4j.configurationFile=" + log4j.toUri());
    jvm.add("-Dshardyfusion.client.log=" + home.logs().resolve("client.log"));
    jvm.addAll(FlinkConfiguration.javaOptions(settings, "client"));
    JvmLaunch launch =
        home.launch(
            "client",
            jvm,
            "org.apache.flink.client.cli.CliFrontend",
            arguments,
            Credentials.environment());
    return launch.builder().directory(Path.of("").toAbsolutePath().toFile());
  }
}
