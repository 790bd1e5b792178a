package io.shardyfusion.testing.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One JVM of a cluster, whose output goes to a file. It ends with this process at the latest. Safe
 * for use by many threads.
 */
final class FlinkProcess implements AutoCloseable {

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(30);

  private final String name;
  private final Process process;
  private final Path log;

  private FlinkProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a JVM.
   *
   * @param log the file that gets what it prints
   */
  static FlinkProcess start(
      FlinkHome home, String name, Path log, List<String> jvm, String main, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FlinkSettings.jvmArguments());
    // Short lives: what a JVM saves at its start is worth more than what it runs faster later.
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(home.jvmArguments());
    command.addAll(jvm);
    command.addAll(List.of("-cp", classes() + ":" + home.classPath()));
    command.add(OwnedMain.class.getName());
    command.add(main);
    command.addAll(args);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(home.environment());
    try {
      return new FlinkProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return name;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it with SIGKILL, and returns when it is gone. */
  void kill() {
    process.destroyForcibly();
    if (!await(KILL_DEADLINE)) {
      throw new IllegalStateException(
          name
              + ", process "
              + process.pid()
              + ", is not gone "
              + KILL_DEADLINE
              + " after SIGKILL");
    }
  }

  /** Whether it ended within {@code time}. */
  boolean await(Duration time) {
    boolean interrupted = false;
    try {
      long end = System.nanoTime() + time.toNanos();
      while (true) {
        try {
          return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Has the JVM print the stacks of its threads, which takes it a moment. */
  void dumpThreads() {
    try {
      new ProcessBuilder("kill", "-QUIT", String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The exit code of a process that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  /** What it printed so far. */
  String output() {
    try {
      return Files.readString(log, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of what it printed, without stack frames, under a title. */
  String outputEnd(int lines) {
    List<String> all = output().lines().filter(line -> !line.startsWith("\tat ")).toList();
    return "== "
        + name
        + (isAlive() ? ", running" : ", ended with " + exitCode())
        + ": "
        + log
        + "\n"
        + String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
  }

  /** Kills it. Idempotent. */
  @Override
  public void close() {
    kill();
  }

  /** Where {@link OwnedMain} is. */
  private static Path classes() {
    try {
      return Path.of(OwnedMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
