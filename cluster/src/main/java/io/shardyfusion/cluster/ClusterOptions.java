package io.shardyfusion.cluster;

import io.shardyfusion.cluster.process.Ports;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings that a cluster is started with.
 *
 * @param taskManagers how many
 * @param restPort of Flink's REST interface; 0: any free one
 * @param s3Port of the S3 server; 0: any free one
 * @param settings of Flink, over those of {@code flink-conf/config.yaml}
 */
record ClusterOptions(int taskManagers, int restPort, int s3Port, Map<String, String> settings) {

  ClusterOptions {
    settings = new TreeMap<>(settings);
  }

  /**
   * Checks them.
   *
   * @throws ClusterException if they cannot be used
   */
  void check() {
    if (taskManagers < 1 || taskManagers > 16) {
      throw ClusterException.usage("--task-managers: expected 1 to 16, found " + taskManagers);
    }
    checkPort("--rest-port", restPort);
    checkPort("--s3-port", s3Port);
    if (restPort == s3Port && restPort != 0) {
      throw ClusterException.usage("--rest-port and --s3-port are both " + restPort);
    }
  }

  private static void checkPort(String option, int port) {
    if (port < 0 || port > 65_535) {
      throw ClusterException.usage(
          option + ": expected 0 to 65535 (0: any that is free), found " + port);
    }
    if (port != 0 && !Ports.isFree(port)) {
      throw ClusterException.usage(
          option
              + ": port "
              + port
              + " of 127.0.0.1 is taken by another process; choose another, or 0 for any that is"
              + " free");
    }
  }
}
