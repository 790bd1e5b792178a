package io.shardyfusion.testing.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cluster.flink.FlinkDistribution;
import io.shardyfusion.cluster.flink.FlinkHome;
import io.shardyfusion.cluster.flink.FlinkRest;
import io.shardyfusion.cluster.flink.FlinkSettings;
import io.shardyfusion.cluster.process.JvmProcess;
import io.shardyfusion.cluster.process.Ports;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Flink session cluster of processes: one JobManager, TaskManagers that come and go, and for each
 * submission a client as {@code flink run} starts it. All on 127.0.0.1; all files in one directory,
 * where {@code log} has a file for each process.
 *
 * <p>Its classes are those of Flink's distribution, so {@code org.rocksdb} is FRocksDB, loaded
 * parent-first, whatever a job's jar or this JVM has.
 *
 * <p>For one thread. {@link #close()} kills all processes; they also end when this JVM does,
 * however it ends. Failures are {@link AssertionError}s with the ends of the logs.
 */
public final class FlinkCluster implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final int LOG_LINES = 25;

  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");

  private final FlinkHome home;
  private final FlinkRest rest;
  private final List<JvmProcess> taskManagers = new ArrayList<>();
  private @Nullable JvmProcess jobManager;
  private @Nullable JvmProcess client;
  private int started;

  private FlinkCluster(FlinkHome home, int restPort) {
    this.home = home;
    this.rest = new FlinkRest(restPort);
  }

  /**
   * Starts a cluster, and returns when all TaskManagers are registered.
   *
   * @param directory for all its files; stays after it is closed
   * @param slots of each TaskManager
   * @param settings of Flink, over those that make a cluster small and its failures quickly seen
   */
  public static FlinkCluster start(
      Path directory, int taskManagers, int slots, Map<String, String> settings) {
    FlinkDistribution distribution = FlinkDistribution.find();
    List<Integer> ports = Ports.free(2);
    int restPort = ports.get(0);
    Map<String, String> all = new HashMap<>(SmallCluster.settings(slots, ports.get(1), restPort));
    all.put("io.tmp.dirs", directory.toAbsolutePath().resolve("tmp").toString());
    all.putAll(settings);
    FlinkCluster cluster =
        new FlinkCluster(FlinkHome.create(directory, distribution, all), restPort);
    boolean running = false;
    try {
      cluster.restartJobManager();
      for (int i = 0; i < taskManagers; i++) {
        cluster.addTaskManager();
      }
      cluster.awaitTaskManagers();
      running = true;
      return cluster;
    } finally {
      if (!running) {
        cluster.close();
      }
    }
  }

  /** The origin of its jars. */
  public String origin() {
    return home.distribution().origin();
  }

  /** The number of TaskManagers that were started and not killed. */
  public int taskManagers() {
    return taskManagers.size();
  }

  /** Starts one more TaskManager, and returns at once. */
  public void addTaskManager() {
    taskManagers.add(
        launch(
            "taskmanager",
            TaskManagerMemory.jvmArguments(),
            "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
            name ->
                List.of(
                    "--configDir", home.conf().toString(), "-Dtaskmanager.resource-id=" + name)));
  }

  /**
   * Returns when all TaskManagers are registered, and the JobManager has noticed who is gone. Those
   * that gave up are replaced: seen with Flink 2.3.0, one whose registration meets the end of a
   * JobManager goes on asking that one, and not the one that took its place.
   */
  public void awaitTaskManagers() {
    await(
        "all TaskManagers are registered",
        () -> {
          int all = taskManagers.size();
          taskManagers.removeIf(taskManager -> !taskManager.isAlive());
          while (taskManagers.size() < all) {
            addTaskManager();
          }
          Set<String> expected =
              taskManagers.stream().map(JvmProcess::name).collect(Collectors.toSet());
          Set<String> registered = new HashSet<>();
          for (JsonNode taskManager : rest.get("taskmanagers").get("taskmanagers")) {
            registered.add(taskManager.get("id").asText());
          }
          return registered.equals(expected);
        });
  }

  /**
   * Kills a TaskManager with SIGKILL.
   *
   * @param index from 0 to below {@link #taskManagers()}, in the order in which they were started
   */
  public void killTaskManager(int index) {
    taskManagers.remove(index).kill();
  }

  /**
   * Kills the JobManager with SIGKILL. It forgets all jobs: there is nothing that recovers them.
   */
  public void killJobManager() {
    JvmProcess running = jobManager;
    if (running != null) {
      running.kill();
      jobManager = null;
    }
  }

  /** Starts a JobManager at the address of the one before, and returns when it answers. */
  public void restartJobManager() {
    killJobManager();
    jobManager =
        launch(
            "jobmanager",
            List.of("-Xmx320m", "-XX:MaxMetaspaceSize=192m", "-XX:MaxDirectMemorySize=128m"),
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            name -> List.of("--configDir", home.conf().toString()));
    JvmProcess started = jobManager;
    await(
        "the JobManager answers",
        () -> !started.isAlive() || rest.get("overview").has("taskmanagers"));
    if (!started.isAlive()) {
      throw new AssertionError("the JobManager ended\n" + logs());
    }
  }

  /**
   * Submits a job and returns when the cluster has it, {@code flink run --detached}.
   *
   * @return the job's id
   */
  public String submit(JobSubmission job) {
    JvmProcess running = startClient(job, true);
    Await.until(
        "the job is submitted",
        DEADLINE,
        this::logs,
        () -> !running.isAlive() || JOB_ID.matcher(running.output()).find());
    Matcher id = JOB_ID.matcher(running.output());
    if (!id.find()) {
      throw new AssertionError("the job was not submitted\n" + running.outputEnd(LOG_LINES));
    }
    if (!running.await(DEADLINE) || running.exitCode() != 0) {
      throw new AssertionError("the client did not end well\n" + running.outputEnd(LOG_LINES));
    }
    return id.group(1);
  }

  /**
   * Runs a job to its end, {@code flink run}.
   *
   * @return what the client printed
   */
  public String run(JobSubmission job, Duration deadline) {
    JvmProcess running = startClient(job, false);
    if (!running.await(deadline) || running.exitCode() != 0) {
      throw new AssertionError(
          "the job did not end well within " + deadline + "\n" + running.output() + "\n" + logs());
    }
    return running.output();
  }

  /** The job's status, e.g. {@code RUNNING}; {@code UNKNOWN} if the JobManager has no such job. */
  public String jobStatus(String jobId) {
    try {
      return rest.get("jobs/" + jobId + "/status").get("status").asText();
    } catch (IOException e) {
      return "UNKNOWN";
    }
  }

  /** The cause of the job's last failure or restart, to print. */
  public String jobFailure(String jobId) {
    try {
      JsonNode last =
          rest.get("jobs/" + jobId + "/exceptions").at("/exceptionHistory/entries/0/stacktrace");
      return last.isMissingNode() ? "no failure of job " + jobId : last.asText();
    } catch (IOException e) {
      return "the failures of job " + jobId + " are not known: " + e.getMessage();
    }
  }

  /** Returns when all tasks of the job run. */
  public void awaitRunning(String jobId) {
    await(
        "job " + jobId + " runs",
        () -> {
          for (JsonNode vertex : rest.get("jobs/" + jobId).get("vertices")) {
            if (!vertex.get("status").asText().equals("RUNNING")) {
              return false;
            }
          }
          return true;
        });
  }

  /**
   * Triggers a savepoint below {@code directory}, and waits for it.
   *
   * @return its path
   */
  public String savepoint(String jobId, Path directory) {
    return savepoint(
        jobId,
        "savepoints",
        Map.of("target-directory", directory.toUri().toString(), "cancel-job", false));
  }

  /**
   * Stops the job with a savepoint below {@code directory}, and waits for both.
   *
   * @param drain whether event time ends, {@code flink stop --drain}
   * @return the savepoint's path
   */
  public String stop(String jobId, boolean drain, Path directory) {
    String path =
        savepoint(
            jobId, "stop", Map.of("targetDirectory", directory.toUri().toString(), "drain", drain));
    awaitStatus(jobId, "FINISHED");
    return path;
  }

  /** Cancels the job, and returns when it is. */
  public void cancel(String jobId) {
    try {
      rest.send("PATCH", "jobs/" + jobId + "?mode=cancel", "");
    } catch (IOException e) {
      throw new AssertionError("job " + jobId + " was not cancelled\n" + logs(), e);
    }
    awaitStatus(jobId, "CANCELED");
  }

  /** The ends of the logs of all processes that should be running, and of the last client. */
  public String logs() {
    List<JvmProcess> all = new ArrayList<>(taskManagers);
    if (jobManager != null) {
      all.add(0, jobManager);
    }
    if (client != null) {
      all.add(client);
    }
    return "Flink from "
        + home.distribution().origin()
        + "; logs in "
        + home.logs()
        + "\n"
        + all.stream().map(p -> p.outputEnd(LOG_LINES)).collect(Collectors.joining("\n"));
  }

  /** Has all processes add the stacks of their threads to their logs; for a job that hangs. */
  public void dumpThreads() {
    taskManagers.forEach(JvmProcess::dumpThreads);
    if (jobManager != null) {
      jobManager.dumpThreads();
    }
  }

  /** Kills all processes, and returns when they are gone. Idempotent. */
  @Override
  public void close() {
    killJobManager();
    for (JvmProcess taskManager : taskManagers) {
      taskManager.close();
    }
    taskManagers.clear();
    if (client != null) {
      client.close();
    }
  }

  private JvmProcess startClient(JobSubmission job, boolean detached) {
    List<String> arguments = new ArrayList<>();
    arguments.add("run");
    if (detached) {
      arguments.add("-d");
    }
    job.settings().forEach((key, value) -> arguments.add("-D" + key + "=" + value));
    arguments.addAll(List.of("-p", String.valueOf(job.parallelism())));
    if (job.savepoint() != null) {
      arguments.addAll(List.of("-s", job.savepoint()));
    }
    arguments.addAll(List.of("-c", job.mainClass(), job.jar().toString()));
    arguments.addAll(job.arguments());
    if (client != null) {
      client.close();
    }
    client =
        launch(
            "client",
            List.of("-Xmx256m"),
            "org.apache.flink.client.cli.CliFrontend",
            name -> arguments);
    return client;
  }

  /** Starts a process with the arguments that are made of its name. */
  private JvmProcess launch(
      String kind, List<String> jvm, String main, Function<String, List<String>> arguments) {
    started++;
    String name = String.format(Locale.ROOT, "%02d-%s", started, kind);
    List<String> options = new ArrayList<>(FlinkSettings.jvmArguments());
    // Short lives: what a JVM saves at its start is worth more than what it runs faster later.
    options.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    options.addAll(jvm);
    return JvmProcess.start(home.launch(name, options, main, arguments.apply(name), Map.of()));
  }

  private String savepoint(String jobId, String operation, Map<String, Object> request) {
    try {
      String body = JSON.writeValueAsString(request);
      JsonNode trigger = rest.send("POST", "jobs/" + jobId + "/" + operation, body);
      String path = "jobs/" + jobId + "/savepoints/" + trigger.get("request-id").asText();
      await(
          operation + " of job " + jobId,
          () -> rest.get(path).get("status").get("id").asText().equals("COMPLETED"));
      JsonNode result = rest.get(path).get("operation");
      if (!result.has("location")) {
        throw new AssertionError(
            operation + " of job " + jobId + " failed: " + result.toPrettyString() + "\n" + logs());
      }
      return result.get("location").asText();
    } catch (IOException e) {
      throw new AssertionError(operation + " of job " + jobId + " failed\n" + logs(), e);
    }
  }

  private void awaitStatus(String jobId, String status) {
    Await.until(
        "job " + jobId + " is " + status,
        DEADLINE,
        () -> "it is " + jobStatus(jobId) + "\n" + logs(),
        () -> jobStatus(jobId).equals(status));
  }

  /** A question to the cluster; that it is not answered is a no. */
  @FunctionalInterface
  private interface Question {
    boolean ask() throws IOException;
  }

  private void await(String what, Question question) {
    Await.until(
        what,
        DEADLINE,
        this::logs,
        () -> {
          try {
            return question.ask();
          } catch (IOException e) {
            return false;
          }
        });
  }
}
