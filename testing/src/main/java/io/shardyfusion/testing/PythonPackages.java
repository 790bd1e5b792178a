package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Packages of Python, fetched with pip into a directory that is put on {@code PYTHONPATH}. */
final class PythonPackages {

  private static final Duration DEADLINE = Duration.ofMinutes(10);

  private PythonPackages() {}

  /**
   * A directory with the packages: {@code parent/name-TAG}, where TAG names the version of Python.
   * Downloads them if it is not there, one process and thread at a time.
   *
   * @param requirements as pip reads them from a file
   * @throws IOException if there is no Python or pip, or it does not reach an index that has the
   *     packages; the message is one line
   */
  static synchronized Path install(Path parent, String name, String requirements)
      throws IOException {
    Files.createDirectories(parent);
    try (FileChannel channel =
        FileChannel.open(
            parent.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.lock();
      Path work = parent.resolve(name + ".partial");
      try {
        ServerProcess.delete(work);
        Files.createDirectories(work);
        Path directory = parent.resolve(name + "-" + tag(work));
        if (!Files.isDirectory(directory)) {
          Path packages = work.resolve("packages");
          Path file = Files.writeString(work.resolve("requirements.txt"), requirements);
          python(
              work,
              "-m",
              "pip",
              "install",
              "--quiet",
              "--no-input",
              "--no-compile",
              "--disable-pip-version-check",
              "--progress-bar=off",
              "--retries=1",
              "--target=" + packages,
              "--requirement=" + file);
          Files.move(packages, directory, StandardCopyOption.ATOMIC_MOVE);
        }
        return directory;
      } finally {
        ServerProcess.delete(work);
        lock.release();
      }
    }
  }

  private static String tag(Path work) throws IOException {
    return python(work, "-c", "import sys; print(sys.implementation.cache_tag)").strip();
  }

  private static String python(Path work, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    Path output = work.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("pip was not done within " + DEADLINE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while pip ran");
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, UTF_8);
    if (process.exitValue() != 0) {
      throw new IOException(
          text.lines()
              .filter(line -> line.startsWith("ERROR") || line.contains("No module named"))
              .findFirst()
              .orElse("python3 ended with " + process.exitValue()));
    }
    return text;
  }
}
