package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code bin/shardy} in processes of its own, in a working directory. */
final class ShardyProcess {

  static final Path SCRIPT = Path.of(System.getProperty("shardyfusion.root"), "bin", "shardy");

  private static final long TIMEOUT_SECONDS = 300;

  private final Path directory;
  private final Map<String, String> environment = new HashMap<>();

  /** Processes in {@code directory}, which is also their temporary directory. */
  ShardyProcess(Path directory) {
    this.directory = directory;
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

  Ended run(List<String> command, Map<String, String> more)
      throws IOException, InterruptedException {
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
    builder.environment().put("SHARDY_JAVA_OPTS", "-Djava.io.tmpdir=" + directory);
    builder.environment().putAll(environment);
    builder.environment().putAll(more);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
          .as("%s ended in %d s", command, TIMEOUT_SECONDS)
          .isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Ended(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
