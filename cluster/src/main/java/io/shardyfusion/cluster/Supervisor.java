package io.shardyfusion.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cluster.flink.FlinkHome;
import io.shardyfusion.cluster.flink.FlinkRest;
import io.shardyfusion.cluster.flink.FlinkSettings;
import io.shardyfusion.cluster.process.JvmLaunch;
import io.shardyfusion.cluster.s3.S3ProxyMain;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The process that owns a cluster's: starts them, starts again what dies, says in {@code
 * state.json} what is where, and stops all when it is told to end. It holds the directory's lock as
 * long as it lives; the others notice its end on their standard input, however it ends.
 */
final class Supervisor {

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 100;
  private static final String TASK_MANAGER = "taskmanager-";

  private final ClusterDirectory directory;
  private final ClusterOptions options;
  private final ClusterFiles files;

  /** In the order in which they were started. */
  private final List<SupervisedProcess> processes = new ArrayList<>();

  private ClusterState.Phase phase = ClusterState.Phase.STARTING;
  private @Nullable String failure;
  private boolean stopping;

  private Supervisor(ClusterDirectory directory, ClusterOptions options, ClusterFiles files) {
    this.directory = directory;
    this.options = options;
    this.files = files;
  }

  /**
   * Runs a cluster until this process is told to end.
   *
   * @throws ClusterException if it does not start, or another supervisor has the directory
   */
  static void run(ClusterDirectory directory, ClusterOptions options)
      throws IOException, InterruptedException {
    FileLock lock = lock(directory);
    Supervisor supervisor =
        new Supervisor(directory, options, ClusterFiles.create(directory, options));
    Runtime.getRuntime().addShutdownHook(new Thread(supervisor::stop, "stop-cluster"));
    try {
      supervisor.start();
    } catch (ClusterException e) {
      supervisor.fail(e);
      throw e;
    }
    new CountDownLatch(1).await();
    lock.release();
  }

  private static FileLock lock(ClusterDirectory directory)
      throws IOException, InterruptedException {
    directory.claim();
    long end = System.nanoTime() + LOCK_PATIENCE.toNanos();
    // A process that asks whether the directory is in use holds the lock for a moment.
    while (true) {
      FileLock lock = directory.acquire();
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() > end) {
        throw ClusterException.conflict("another cluster is up in " + directory.root());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private void start() throws InterruptedException {
    add(s3());
    FlinkHome home = files.home();
    add(
        flink(
            "jobmanager",
            "jobmanager",
            FlinkMemory.ofJobManager(home),
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            List.of()));
    FlinkMemory memory = FlinkMemory.ofTaskManager(home);
    for (int i = 1; i <= options.taskManagers(); i++) {
      String name = TASK_MANAGER + i;
      // The same name after a restart: the JobManager then knows at once that the one before is
      // gone.
      add(
          flink(
              name,
              "taskmanager",
              memory,
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              List.of("-Dtaskmanager.resource-id=" + name)));
    }
    awaitReady();
    synchronized (this) {
      phase = ClusterState.Phase.READY;
    }
    publish();
  }

  private JvmLaunch s3() {
    Path jar = FlinkSettings.root().resolve("cluster/target/servers/s3proxy.jar");
    return new JvmLaunch(
        "s3",
        directory.root(),
        directory.logs().resolve("s3.log"),
        List.of(jar.toString(), JvmLaunch.ourClasses()),
        List.of("-Xmx256m", "-XX:+UseSerialGC"),
        List.of(
            S3ProxyMain.class.getName(),
            directory.buckets().toString(),
            S3ProxyMain.SIGNED,
            String.valueOf(files.s3Port())),
        Credentials.ofServer());
  }

  private JvmLaunch flink(
      String name, String kind, FlinkMemory memory, String main, List<String> arguments) {
    List<String> jvm = new ArrayList<>(List.of("-XX:+UseG1GC"));
    jvm.addAll(memory.jvm());
    jvm.addAll(FlinkConfiguration.javaOptions(files.settings(), kind));
    List<String> all = new ArrayList<>(List.of("--configDir", files.home().conf().toString()));
    all.addAll(memory.arguments());
    all.addAll(arguments);
    return files.home().launch(name, jvm, main, all, Credentials.environment());
  }

  private void add(JvmLaunch launch) {
    synchronized (this) {
      if (stopping) {
        throw ClusterException.failed("stopped while it started");
      }
      processes.add(new SupervisedProcess(launch, this::publish));
    }
    publish();
  }

  private void awaitReady() throws InterruptedException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    FlinkRest rest = new FlinkRest(files.restPort());
    while (!(s3Answers() && taskManagersAreRegistered(rest))) {
      for (SupervisedProcess process : all()) {
        if (process.restarts() > 0 || !process.isRunning()) {
          throw ClusterException.failed(
              "the process "
                  + process.name()
                  + " ended while the cluster started: "
                  + process.logEnd());
        }
      }
      if (System.nanoTime() > end) {
        throw ClusterException.failed(
            "the cluster is not ready after "
                + DEADLINE.toSeconds()
                + " s; logs in "
                + directory.logs());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private boolean s3Answers() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(files.s3Endpoint()).toURL().openConnection();
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(5_000);
      connection.getResponseCode();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean taskManagersAreRegistered(FlinkRest rest) {
    try {
      Set<String> registered = new HashSet<>();
      for (JsonNode taskManager : rest.get("taskmanagers").get("taskmanagers")) {
        registered.add(taskManager.get("id").asText());
      }
      return registered.size() == options.taskManagers();
    } catch (IOException e) {
      return false;
    }
  }

  private void fail(ClusterException e) {
    synchronized (this) {
      phase = ClusterState.Phase.FAILED;
      failure = e.getMessage();
    }
    publish();
  }

  private void stop() {
    List<SupervisedProcess> running;
    synchronized (this) {
      stopping = true;
      running = all();
    }
    for (int i = running.size() - 1; i >= 0; i--) {
      running.get(i).stop();
    }
    ClusterDirectory.delete(directory.temporary());
  }

  private synchronized List<SupervisedProcess> all() {
    return List.copyOf(processes);
  }

  private synchronized void publish() {
    if (!stopping) {
      ClusterStateBuilder.builder()
          .phase(phase)
          .failure(failure)
          .supervisor(ProcessHandle.current().pid())
          .flink(files.home().distribution().origin())
          .restUrl(files.restUrl())
          .s3Endpoint(files.s3Endpoint())
          .buckets(files.buckets())
          .options(options)
          .processes(processes.stream().map(SupervisedProcess::describe).toList())
          .build()
          .write(directory);
    }
  }
}
