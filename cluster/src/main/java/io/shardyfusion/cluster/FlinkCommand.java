package io.shardyfusion.cluster;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

@Command(
    name = "flink",
    description = "Flink's own command line for this cluster: list, stop, savepoint, cancel, …")
final class FlinkCommand extends ClusterCommand {

  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    ClusterState.require(directory());
    return FlinkClient.process(directory(), arguments)
        .redirectErrorStream(false)
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
        .waitFor();
  }
}
