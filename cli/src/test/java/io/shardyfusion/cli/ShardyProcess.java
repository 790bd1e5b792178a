package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code bin/shardy} in processes of its own, in a working directory. */
final class ShardyProcess {

  static final Path SCRIPT = Path.of(System.getProperty("shardyfusion.root"), "bin", "shardy");

  /** The first process makes the archive of classes; the others start sooner with it. */
  static final Path ARCHIVES =
      Path.of(System.getProperty("shardyfusion.root"), "cli/target/archives");

  private static final long TIMEOUT_SECONDS = 300;

  private final Path directory;
  private final Map<String, String> environment = new HashMap<>();

  /** Processes in {@code directory}, which is also their temporary directory. */
  ShardyProcess(Path directory) {
    this.directory = directory;
  }

  /** What processes have left in their temporary directory, but the reader's cache. */
  List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(
              name ->
                  name.startsWith("shardyfusion-tmp-")
                      || name.startsWith("minicluster_")
                      || name.startsWith("flink-")
                      || name.startsWith("lib"))
          .toList();
    }
  }

  /** How a process ended, and what it wrote. */
  record Ended(int code, String out, String err) {}

  ShardyProcess environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Ended shardy(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(args));
    return run(command, Map.of());
  }

  /** Runs a script of the shell; {@code $SHARDY} is the command. */
  Ended shell(String script) throws IOException, InterruptedException {
    return run(List.of("sh", "-c", script), Map.of("SHARDY", SCRIPT.toString()));
  }

  /** A process that runs on; the caller ends it. */
  record Started(Process process, Path out, Path err) implements AutoCloseable {

    /** The complete lines that it has written to standard output so far. */
    List<String> lines() {
      String text = read(out);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** What it has written to standard error so far. */
    String errors() {
      return read(err);
    }

    Ended await() throws InterruptedException {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
          .as("ended in %d s; %s", TIMEOUT_SECONDS, read(err))
          .isTrue();
      return new Ended(process.exitValue(), read(out), read(err));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    /** SIGTERM, and waits for the end. */
    Ended terminate() throws InterruptedException {
      process.destroy();
      return await();
    }

    /** SIGHUP, as from a terminal that is closed, and waits for the end. */
    Ended hangUp() throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
      return await();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }

    private static String read(Path file) {
      try {
        return Files.readString(file, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  Started start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    if (hangUpsAreIgnored()) {
      // As under nohup; processes inherit that, and Java then leaves it so.
      command.addAll(List.of("env", "--default-signal=HUP"));
    }
    command.add(SCRIPT.toString());
    command.addAll(List.of(args));
    return start(command, Map.of());
  }

  Ended run(List<String> command, Map<String, String> more)
      throws IOException, InterruptedException {
    Started started = start(command, more);
    try {
      return started.await();
    } finally {
      started.process.descendants().forEach(ProcessHandle::destroyForcibly);
      started.process.destroyForcibly();
    }
  }

  Started start(List<String> command, Map<String, String> more) throws IOException {
    Path out = Files.createTempFile(directory, "out", "");
    Path err = Files.createTempFile(directory, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("SHARDY_DATASET");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SHARDY_ARCHIVE", ARCHIVES.toString());
    builder
        .environment()
        .put(
            "SHARDY_JAVA_OPTS",
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + directory);
    builder.environment().putAll(environment);
    builder.environment().putAll(more);
    return new Started(builder.start(), out, err);
  }

  /** Returns whether this process, and so those that it starts, ignores SIGHUP. */
  private static boolean hangUpsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
    }
  }
}
