package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a reader must not leave behind. */
public final class Leaks {

  private Leaks() {}

  /**
   * Asserts that this process has no file open below {@code directory}, and no cache there has one
   * open.
   */
  public static void assertNone(Path directory) {
    assertThat(openFiles(directory)).as("open files").isEmpty();
    assertThat(children(directory.resolve("cache/open"))).as("directories of readers").isEmpty();
  }

  /** The files below {@code directory} that this process has open, where the system tells. */
  static List<String> openFiles(Path directory) {
    return children(Path.of("/proc/self/fd")).stream()
        .map(Leaks::target)
        .filter(file -> file.startsWith(directory.toString()))
        .toList();
  }

  /** The names of the live threads of readers, but the one that the process has. */
  static List<String> readerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("shardyfusion-"))
        .filter(name -> !name.startsWith("shardyfusion-lost-leases"))
        .sorted()
        .toList();
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static List<Path> children(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children.toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
