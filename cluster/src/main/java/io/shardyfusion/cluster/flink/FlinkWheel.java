package io.shardyfusion.cluster.flink;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The Python package that holds the jars of Flink's distribution, fetched with pip. */
final class FlinkWheel {

  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final String PACKAGE = "pyflink/";

  /** Those of its directories that a cluster runs on. */
  private static final List<String> DIRECTORIES = List.of("lib", "bin");

  private FlinkWheel() {}

  /** The requirement that pip is given. */
  static String requirement() {
    return "apache-flink-libraries==" + FlinkSettings.version();
  }

  /**
   * Makes {@code home} hold the jars, in {@code lib} and {@code bin}; does nothing where it does.
   * Not for two at a time.
   *
   * @throws IOException if there is no pip, or it does not reach an index that has the package; the
   *     message is one line
   */
  static void downloadTo(Path home) throws IOException {
    if (DIRECTORIES.stream().allMatch(name -> Files.isDirectory(home.resolve(name)))) {
      return;
    }
    delete(home);
    Path work = home.resolveSibling(home.getFileName() + ".partial");
    delete(work);
    try {
      Files.createDirectories(work);
      Path wheel = download(work);
      Path unpacked = work.resolve("home");
      unpack(wheel, unpacked);
      Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(work);
    }
  }

  private static Path download(Path directory) throws IOException {
    Path output = directory.resolve("pip.log");
    Process pip =
        new ProcessBuilder(
                List.of(
                    "python3",
                    "-m",
                    "pip",
                    "download",
                    "--no-deps",
                    "--no-input",
                    "--disable-pip-version-check",
                    "--progress-bar=off",
                    "--retries=1",
                    "--dest=" + directory,
                    requirement()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!pip.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("pip did not get " + requirement() + " within " + DEADLINE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while pip downloaded " + requirement());
    } finally {
      pip.destroyForcibly();
    }
    if (pip.exitValue() != 0) {
      String reason =
          Files.readAllLines(output).stream()
              .filter(line -> line.startsWith("ERROR") || line.contains("No module named"))
              .findFirst()
              .orElse("exit code " + pip.exitValue());
      throw new IOException("pip could not get " + requirement() + ": " + reason);
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".whl"))
          .findFirst()
          .orElseThrow(() -> new IOException("pip got no wheel of " + requirement()));
    }
  }

  private static void unpack(Path wheel, Path home) throws IOException {
    for (String directory : DIRECTORIES) {
      Files.createDirectories(home.resolve(directory));
    }
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        for (String directory : DIRECTORIES) {
          String prefix = PACKAGE + directory + "/";
          String name = entry.getName();
          if (name.startsWith(prefix) && name.endsWith(".jar")) {
            try (InputStream in = zip.getInputStream(entry)) {
              Files.copy(in, home.resolve(directory).resolve(name.substring(prefix.length())));
            }
          }
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> parentsFirst;
    try (Stream<Path> paths = Files.walk(directory)) {
      parentsFirst = paths.toList();
    }
    for (int i = parentsFirst.size() - 1; i >= 0; i--) {
      Files.delete(parentsFirst.get(i));
    }
  }
}
