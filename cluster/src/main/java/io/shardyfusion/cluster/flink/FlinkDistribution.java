package io.shardyfusion.cluster.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The jars of a Flink cluster. Those of the distribution itself where an index of Python packages
 * is reached, which carries it: they are downloaded once into the root's {@code target}. Else those
 * that Maven resolved in the module {@code cluster/flink}. Either way FRocksDB is among them.
 *
 * @param lib the directory of the jars
 * @param scripts what the start scripts have besides, {@code bin/bash-java-utils.jar}; null: it is
 *     in {@code lib}
 * @param origin where they come from, to print
 */
public record FlinkDistribution(Path lib, @Nullable Path scripts, String origin) {

  /** Set to {@code pypi} or {@code maven}, it leaves no choice. */
  static final String PROPERTY = "shardyfusion.flink.distribution";

  private static final String SCRIPTS = "bin/bash-java-utils.jar";
  private static final String PRESTO = "flink-s3-fs-presto";

  /**
   * Finds the jars, and downloads them if need be; one process and thread at a time.
   *
   * @throws IllegalStateException if there are none
   */
  public static synchronized FlinkDistribution find() {
    Path root = FlinkSettings.root();
    String wanted = System.getProperty(PROPERTY, "");
    String refused = "the system property " + PROPERTY + " is " + wanted;
    if (!wanted.equals("maven")) {
      try {
        Path home = download(root.resolve("target"));
        return new FlinkDistribution(
            home.resolve("lib"), home.resolve(SCRIPTS), "PyPI's " + FlinkWheel.requirement());
      } catch (IOException e) {
        if (wanted.equals("pypi")) {
          throw new UncheckedIOException(e);
        }
        refused = e.getMessage();
      }
    }
    Path lib = root.resolve("cluster/flink/target/lib");
    if (!Files.isDirectory(lib)) {
      throw new IllegalStateException(
          "no Flink to run: " + refused + "; and no " + lib + ": build the module cluster/flink");
    }
    return new FlinkDistribution(lib, null, "Maven, because " + refused);
  }

  /**
   * A distribution that somebody unpacked.
   *
   * @throws IllegalStateException if it is none, or not of the version that the build is for
   */
  public static FlinkDistribution at(Path home) {
    String version = FlinkSettings.version();
    Path lib = home.resolve("lib");
    List<String> found = names(lib, "flink-dist-");
    String minor = version.substring(0, version.lastIndexOf('.') + 1);
    if (found.size() != 1 || !found.get(0).startsWith("flink-dist-" + minor)) {
      throw new IllegalStateException(
          "expected Flink "
              + version
              + " in "
              + home
              + ", that is, lib/flink-dist-"
              + version
              + ".jar; found "
              + (found.isEmpty() ? "none" : String.join(", ", found))
              + "; correct or unset FLINK_HOME");
    }
    return new FlinkDistribution(lib, home.resolve(SCRIPTS), home.toString());
  }

  /**
   * The jar of the plugin that has Flink's own checkpoints on S3: the distribution's, or the one
   * that Maven resolved in the module {@code cluster/flink}.
   *
   * @throws IllegalStateException if there is none
   */
  public Path prestoPlugin() {
    Path home = lib.resolveSibling("opt");
    for (Path directory :
        List.of(
            home,
            lib.resolveSibling("plugins").resolve("s3-fs-presto"),
            FlinkSettings.root().resolve("cluster/flink/target/plugins/s3-fs-presto"))) {
      List<String> found = names(directory, PRESTO);
      if (!found.isEmpty()) {
        return directory.resolve(found.get(0));
      }
    }
    throw new IllegalStateException(
        "no "
            + PRESTO
            + " of Flink "
            + FlinkSettings.version()
            + ": build the module cluster/flink");
  }

  /** The class path of its processes. */
  List<String> classPath() {
    return List.of(lib + "/*");
  }

  /** The class path of what the start scripts call to divide the memory. */
  public List<String> scriptsClassPath() {
    List<String> all = new ArrayList<>(classPath());
    if (scripts != null) {
      all.add(scripts.toString());
    }
    return all;
  }

  private static List<String> names(Path directory, String prefix) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix) && name.endsWith(".jar"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Downloads below {@code target}, where another process is not about to do the same. */
  private static Path download(Path target) throws IOException {
    Files.createDirectories(target);
    try (FileChannel channel =
        FileChannel.open(
            target.resolve("flink.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.lock();
      try {
        Path home = target.resolve("flink-" + FlinkSettings.version());
        FlinkWheel.downloadTo(home);
        return home;
      } finally {
        lock.release();
      }
    }
  }
}
