package io.shardyfusion.cluster.flink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The settings of Flink that the build gives, and the place of the build. */
public final class FlinkSettings {

  private static final Properties PROPERTIES = load();

  private FlinkSettings() {}

  /** The version of Flink, e.g. {@code 2.3.0}. */
  public static String version() {
    return PROPERTIES.getProperty("version");
  }

  /** Arguments of a JVM that open the JDK to Flink. */
  public static List<String> jvmArguments() {
    List<String> arguments = new ArrayList<>();
    for (String opened : PROPERTIES.getProperty("add-opens").split(" ", -1)) {
      arguments.add("--add-opens=" + opened + "=ALL-UNNAMED");
    }
    for (String exported : PROPERTIES.getProperty("add-exports").split(" ", -1)) {
      arguments.add("--add-exports=" + exported + "=ALL-UNNAMED");
    }
    return arguments;
  }

  /**
   * The project's root: what the system property {@code shardyfusion.root} says, or the directory
   * above that has the module {@code cluster}.
   */
  public static Path root() {
    String root = System.getProperty("shardyfusion.root");
    Path start = root == null ? Path.of("").toAbsolutePath() : Path.of(root);
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("cluster/flink/pom.xml"))) {
        return at;
      }
    }
    throw new IllegalStateException(
        "no cluster/flink/pom.xml in "
            + start
            + " or above: set the system property shardyfusion.root to the project's root");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = FlinkSettings.class.getResourceAsStream("flink.properties")) {
      if (in == null) {
        throw new IllegalStateException(
            "flink.properties is missing beside " + FlinkSettings.class);
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
