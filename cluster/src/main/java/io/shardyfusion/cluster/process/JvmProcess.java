package io.shardyfusion.cluster.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One JVM of a cluster, whose output is added to a file. It ends with this process at the latest.
 * Safe for use by many threads.
 */
public final class JvmProcess implements AutoCloseable {

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(30);

  private final String name;
  private final Process process;
  private final Path log;

  private JvmProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts a JVM. */
  public static JvmProcess start(JvmLaunch launch) {
    try {
      Process process =
          launch
              .builder()
              .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()))
              .start();
      return new JvmProcess(launch.name(), process, launch.log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it with SIGKILL, and returns when it is gone. */
  public void kill() {
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

  /** Ends it: with SIGTERM, and with SIGKILL if it is not gone after {@code patience}. */
  public void terminate(Duration patience) {
    process.destroy();
    if (!await(patience)) {
      kill();
    }
  }

  /** Returns whether it ended within {@code time}. */
  public boolean await(Duration time) {
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
  public void dumpThreads() {
    try {
      new ProcessBuilder("kill", "-QUIT", String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The exit code of a process that has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  /** The output so far. */
  public String output() {
    try {
      return Files.readString(log, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of what it printed, without stack frames, under a title. */
  public String outputEnd(int lines) {
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
}
