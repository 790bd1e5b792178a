package io.shardyfusion.cluster;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The common part of all commands. */
@Command(usageHelpAutoWidth = true)
abstract class ClusterCommand implements Callable<Integer> {

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "${env:SHARDY_CLUSTER_DIR}",
      description =
          "The directory of the cluster's files, one for each cluster (default: target/cluster, or"
              + " $$SHARDY_CLUSTER_DIR).")
  private @Nullable Path dir;

  final ClusterDirectory directory() {
    return dir == null ? ClusterDirectory.standard() : new ClusterDirectory(dir);
  }

  /** The call of this command, to tell what to try next. */
  static String program() {
    return System.getProperty("shardyfusion.command", "bin/cluster");
  }
}
