package io.shardyfusion.testing.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The jars of a Flink cluster. Those of the distribution itself where an index of Python packages
 * is reached, which carries it: they are downloaded once into the root's {@code target}. Else those
 * that Maven resolved in the module {@code testing/flink}. Either way FRocksDB is among them.
 *
 * @param lib the directory of the jars
 * @param origin where they come from, to print
 */
record FlinkDistribution(Path lib, String origin) {

  /** Set to {@code pypi} or {@code maven}, it leaves no choice. */
  static final String PROPERTY = "shardyfusion.flink.distribution";

  /**
   * Finds the jars, and downloads them if need be; one process and thread at a time.
   *
   * @throws IllegalStateException if there are none
   */
  static synchronized FlinkDistribution find() {
    Path root = FlinkSettings.root();
    String wanted = System.getProperty(PROPERTY, "");
    String refused = "the system property " + PROPERTY + " is " + wanted;
    if (!wanted.equals("maven")) {
      try {
        Path home = download(root.resolve("target"));
        return new FlinkDistribution(home.resolve("lib"), "PyPI's " + FlinkWheel.requirement());
      } catch (IOException e) {
        if (wanted.equals("pypi")) {
          throw new UncheckedIOException(e);
        }
        refused = e.getMessage();
      }
    }
    Path lib = root.resolve("testing/flink/target/lib");
    if (!Files.isDirectory(lib)) {
      throw new IllegalStateException(
          "no Flink to run: " + refused + "; and no " + lib + ": build the module testing/flink");
    }
    return new FlinkDistribution(lib, "Maven, because " + refused);
  }

  /** The class path of its processes. */
  String classPath() {
    return lib + "/*";
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
