package io.shardyfusion.testing.flink;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Settings that make a cluster small, keep it on this host, and have its failures seen quickly. */
final class SmallCluster {

  private SmallCluster() {}

  static Map<String, String> settings(int slots, int rpcPort, int restPort) {
    Map<String, String> settings = new HashMap<>(TaskManagerMemory.settings(slots));
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
    settings.put("jobmanager.rpc.port", String.valueOf(rpcPort));
    settings.put("rest.port", String.valueOf(restPort));
    settings.put("taskmanager.numberOfTaskSlots", String.valueOf(slots));
    settings.put("heartbeat.interval", "1s");
    settings.put("heartbeat.timeout", "6s");
    settings.put("taskmanager.registration.timeout", "30s");
    // A TaskManager that asks a JobMaster too early asks again after this.
    settings.put("cluster.registration.error-delay", "500ms");
    settings.put("cluster.registration.refused-registration-delay", "500ms");
    settings.put("restart-strategy.type", "fixed-delay");
    settings.put("restart-strategy.fixed-delay.attempts", "100000");
    settings.put("restart-strategy.fixed-delay.delay", "200ms");
    return settings;
  }
}
