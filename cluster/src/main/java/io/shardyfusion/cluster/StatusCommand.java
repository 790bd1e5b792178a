package io.shardyfusion.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cluster.flink.FlinkRest;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    description = "Say what runs where, and which jobs there are. Exit code 1 if no cluster is up.")
final class StatusCommand extends ClusterCommand {

  @Option(names = "--json", description = "As one JSON object, without the jobs.")
  private boolean json;

  @Override
  public Integer call() {
    ClusterState state = ClusterState.require(directory());
    if (json) {
      System.out.println(state.toJson());
      return 0;
    }
    System.out.println("Flink " + state.restUrl() + "  S3 " + state.s3Endpoint());
    for (ClusterState.Member member : state.processes()) {
      System.out.printf(
          Locale.ROOT,
          "%-14s  pid %-8d %s%s%n",
          member.name(),
          member.pid(),
          member.running() ? "runs" : "ended",
          member.restarts() == 0 ? "" : ", restarts: " + member.restarts());
    }
    try {
      FlinkRest rest = new FlinkRest(URI.create(state.restUrl()).getPort());
      for (JsonNode job : rest.get("jobs/overview").get("jobs")) {
        System.out.printf(
            "job %s  %-10s %s%n",
            job.get("jid").asText(), job.get("state").asText(), job.get("name").asText());
      }
    } catch (IOException e) {
      System.out.println("the JobManager does not answer: " + e.getMessage());
    }
    return 0;
  }
}
