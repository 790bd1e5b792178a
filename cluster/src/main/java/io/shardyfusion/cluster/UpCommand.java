package io.shardyfusion.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "up",
    description =
        "Start an S3 server with its buckets, a JobManager and TaskManagers; return when they are"
            + " ready. Does nothing where they are.")
final class UpCommand extends ClusterCommand {

  /** Longer than the supervisor's own. */
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  private static final long POLL_MILLIS = 100;

  @Mixin private StartOptions start = new StartOptions();

  @Override
  public Integer call() throws Exception {
    ClusterDirectory directory = directory();
    if (directory.inUse()) {
      ClusterState state = awaitReady(directory, null);
      if (!state.options().equals(start.over(state.options()))) {
        throw ClusterException.conflict(
            "a cluster is up in "
                + directory.root()
                + " already, with other options: "
                + String.join(" ", StartOptions.toArguments(state.options()))
                + "; stop it first ("
                + program()
                + " down), or choose another --dir");
      }
      System.err.println("cluster: already up");
      print(directory, state);
      return 0;
    }
    ClusterOptions options = start.toOptions();
    options.check();
    directory.claim();
    System.err.println("cluster: starting");
    ClusterFiles.distribution();
    Process supervisor = launch(directory, options);
    Thread giveUp = new Thread(supervisor::destroy, "give-up");
    Runtime.getRuntime().addShutdownHook(giveUp);
    ClusterState state = awaitReady(directory, supervisor);
    Runtime.getRuntime().removeShutdownHook(giveUp);
    print(directory, state);
    return 0;
  }

  private static Process launch(ClusterDirectory directory, ClusterOptions options)
      throws IOException {
    Files.deleteIfExists(directory.state());
    List<String> command = new ArrayList<>();
    // It stays when the terminal is closed.
    command.add("nohup");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    for (String property :
        List.of("shardyfusion.root", "shardyfusion.flink.distribution", "shardyfusion.command")) {
      String value = System.getProperty(property);
      if (value != null) {
        command.add("-D" + property + "=" + value);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ClusterMain.class.getName(), "supervise"));
    command.addAll(List.of("--dir", directory.root().toString()));
    command.addAll(StartOptions.toArguments(options));
    return new ProcessBuilder(command)
        .directory(directory.root().toFile())
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectErrorStream(true)
        .redirectOutput(log(directory).toFile())
        .start();
  }

  /**
   * Waits for a supervisor.
   *
   * @param supervisor if this process has started it, else null
   */
  private static ClusterState awaitReady(ClusterDirectory directory, @Nullable Process supervisor)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (System.nanoTime() < end) {
      Optional<ClusterState> state = ClusterState.read(directory);
      ClusterState.Phase phase = state.map(ClusterState::phase).orElse(ClusterState.Phase.STARTING);
      if (phase == ClusterState.Phase.READY) {
        return state.orElseThrow();
      }
      if (supervisor == null ? !directory.inUse() : !supervisor.isAlive()) {
        String why = state.map(ClusterState::failure).orElse(null);
        throw ClusterException.failed(
            why != null ? why : "the cluster did not start: " + Files.readString(log(directory)));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw ClusterException.failed(
        "the cluster is not ready after "
            + DEADLINE.toSeconds()
            + " s; logs in "
            + directory.logs());
  }

  private static Path log(ClusterDirectory directory) {
    return directory.root().resolve("supervisor.log");
  }

  private static void print(ClusterDirectory directory, ClusterState state) {
    System.out.print(Greeting.of(directory, state, program()));
  }
}
