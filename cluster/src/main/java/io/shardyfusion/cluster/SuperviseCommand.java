package io.shardyfusion.cluster;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "supervise", hidden = true, description = "What up leaves running.")
final class SuperviseCommand extends ClusterCommand {

  @Mixin private StartOptions options = new StartOptions();

  @Override
  public Integer call() throws Exception {
    Supervisor.run(directory(), options.toOptions());
    return 0;
  }
}
