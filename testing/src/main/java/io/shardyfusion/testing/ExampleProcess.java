package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of {@code docs/examples} in a process of its own, as a user starts it: with the
 * reader's jar and its dependencies on the class path, and nothing else.
 */
public final class ExampleProcess implements AutoCloseable {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Process process;
  private final Path out;
  private final Path errors;

  private ExampleProcess(Process process, Path out, Path errors) {
    this.process = process;
    this.out = out;
    this.errors = errors;
  }

  /**
   * Starts one.
   *
   * @param reader a class of the reader, which tells where its jar is
   * @param directory for its temporary files and its output
   * @param example the name of the file
   * @param environment in addition to that of this process
   */
  public static ExampleProcess start(
      Class<?> reader,
      Path directory,
      String example,
      Map<String, String> environment,
      String... arguments)
      throws IOException {
    Path own = Files.createTempDirectory(directory, "process-");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.add("-Djava.io.tmpdir=" + own);
    command.add("-cp");
    command.add(String.join(File.pathSeparator, jar(reader).toString(), dependencies()));
    command.add(ROOT.resolve("docs/examples").resolve(example).toString());
    command.addAll(List.of(arguments));
    Path out = own.resolve("out.txt");
    Path errors = own.resolve("errors.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    return new ExampleProcess(builder.start(), out, errors);
  }

  /** The jars that a service gets with the reader, as the build has resolved them. */
  public static List<Path> dependencyJars() {
    return Stream.of(dependencies().split(File.pathSeparator)).map(Path::of).toList();
  }

  /** Waits for a line of its output that begins so; the rest of that line. */
  public String await(String start) {
    return Await.value(
        "the example printed '" + start + "'",
        DEADLINE,
        () -> {
          Optional<String> line = out().lines().filter(l -> l.startsWith(start)).findFirst();
          if (line.isEmpty() && !process.isAlive()) {
            throw new AssertionError("the example ended with " + process.exitValue() + all());
          }
          return line.map(l -> l.substring(start.length())).orElse(null);
        });
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for its end; its exit code. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the example has not ended after " + DEADLINE + all());
    }
    return process.exitValue();
  }

  /** The standard output so far. */
  public String out() {
    return read(out);
  }

  /** The standard error so far. */
  public String errors() {
    return read(errors);
  }

  /** Kills it, and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  private String all() {
    return ":\n" + out() + "\n" + errors();
  }

  private static String dependencies() {
    return read(ROOT.resolve("reader/target/class-path.txt")).strip();
  }

  private static Path jar(Class<?> reader) {
    try {
      return Path.of(reader.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
