package io.shardyfusion.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "down",
    description =
        "Stop all processes; what the S3 server stored stays. Does nothing where none is up.")
final class DownCommand extends ClusterCommand {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration AFTER_KILL = Duration.ofSeconds(10);

  @Option(names = "--delete", description = "Delete the directory too: logs, and all objects.")
  private boolean delete;

  @Override
  public Integer call() throws Exception {
    ClusterDirectory directory = directory();
    if (delete) {
      directory.requireDeletable();
    }
    Optional<ClusterState> state =
        directory.inUse() ? ClusterState.read(directory) : Optional.empty();
    if (state.isPresent()) {
      stop(state.get());
      System.err.println("cluster: down");
    } else {
      System.err.println("cluster: none is up in " + directory.root());
    }
    if (delete) {
      ClusterDirectory.delete(directory.root());
    }
    return 0;
  }

  private static void stop(ClusterState state) throws InterruptedException {
    List<ProcessHandle> left = new ArrayList<>();
    state.processes().forEach(member -> ProcessHandle.of(member.pid()).ifPresent(left::add));
    Optional<ProcessHandle> supervisor = ProcessHandle.of(state.supervisor());
    if (supervisor.isPresent()) {
      supervisor.get().destroy();
      if (!ended(supervisor.get(), PATIENCE)) {
        supervisor.get().destroyForcibly();
      }
      left.add(supervisor.get());
    }
    for (ProcessHandle process : left) {
      if (!ended(process, AFTER_KILL)) {
        throw ClusterException.failed(
            "process " + process.pid() + " does not end; end it with: kill -9 " + process.pid());
      }
    }
  }

  private static boolean ended(ProcessHandle process, Duration patience)
      throws InterruptedException {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return !process.isAlive();
    }
  }
}
