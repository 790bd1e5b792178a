package io.shardyfusion.cluster;

import io.shardyfusion.cluster.flink.FlinkDistribution;
import io.shardyfusion.cluster.flink.FlinkHome;
import io.shardyfusion.cluster.flink.FlinkSettings;
import io.shardyfusion.cluster.process.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The files that the processes start with.
 *
 * @param home Flink's
 * @param settings what {@code home} has in its configuration
 * @param restPort where the JobManager listens
 * @param s3Port where the S3 server listens
 * @param buckets that it has
 */
record ClusterFiles(
    FlinkHome home, Map<String, String> settings, int restPort, int s3Port, List<String> buckets) {

  /** The name of the place for the sample job's dataset. */
  static final String DATASETS = "shardyfusion";

  /** Lays them out. */
  static ClusterFiles create(ClusterDirectory directory, ClusterOptions options)
      throws IOException {
    List<Integer> ports = Ports.orFree(List.of(options.restPort(), options.s3Port(), 0));
    int restPort = ports.get(0);
    int s3Port = ports.get(1);
    Path configuration = FlinkSettings.root().resolve("flink-conf/config.yaml");
    Map<String, String> settings = FlinkConfiguration.read(configuration);
    settings.putAll(options.settings());
    List<String> buckets = buckets(settings);
    for (String host :
        List.of(
            "jobmanager.rpc.address",
            "jobmanager.bind-host",
            "rest.address",
            "rest.bind-address",
            "taskmanager.host",
            "taskmanager.bind-host")) {
      settings.put(host, "127.0.0.1");
    }
    settings.put("jobmanager.rpc.port", String.valueOf(ports.get(2)));
    settings.put("rest.port", String.valueOf(restPort));
    settings.put("io.tmp.dirs", directory.temporary().toString());
    settings.put("s3.endpoint", "http://127.0.0.1:" + s3Port);

    ClusterDirectory.delete(directory.logs());
    ClusterDirectory.delete(directory.temporary());
    ClusterDirectory.delete(directory.plugins());
    FlinkDistribution flink = distribution();
    FlinkHome home = FlinkHome.create(directory.root(), flink, settings);
    Path plugin = flink.prestoPlugin();
    Path plugins = Files.createDirectories(directory.plugins().resolve("s3-fs-presto"));
    link(plugins.resolve(plugin.getFileName()), plugin);
    for (String bucket : buckets) {
      Files.createDirectories(directory.buckets().resolve(bucket));
    }
    return new ClusterFiles(home, settings, restPort, s3Port, buckets);
  }

  /** A hard link where that can be: no copy, since it is large. */
  private static void link(Path link, Path file) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (IOException | UnsupportedOperationException e) {
      Files.createSymbolicLink(link, file);
    }
  }

  String restUrl() {
    return "http://127.0.0.1:" + restPort;
  }

  String s3Endpoint() {
    return "http://127.0.0.1:" + s3Port;
  }

  /** The number of slots of each TaskManager. */
  int slots() {
    return Integer.parseInt(settings.getOrDefault("taskmanager.numberOfTaskSlots", "1"));
  }

  /** The Flink to run: {@code FLINK_HOME}, else what the build finds. */
  static FlinkDistribution distribution() {
    String home = System.getenv("FLINK_HOME");
    try {
      return home == null || home.isEmpty()
          ? FlinkDistribution.find()
          : FlinkDistribution.at(Path.of(home).toAbsolutePath());
    } catch (IllegalStateException e) {
      throw ClusterException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** That of the datasets, and those that Flink's configuration names. */
  private static List<String> buckets(Map<String, String> settings) {
    List<String> buckets = new ArrayList<>(List.of(DATASETS));
    for (String key :
        List.of("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")) {
      String uri = settings.getOrDefault(key, "");
      if (uri.startsWith("s3://")) {
        String bucket = URI.create(uri).getAuthority();
        if (!buckets.contains(bucket)) {
          buckets.add(bucket);
        }
      }
    }
    return buckets;
  }
}
