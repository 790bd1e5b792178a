package io.shardyfusion.cluster.process;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The start of a JVM: with the Java of this process.
 *
 * @param name of the process, to print
 * @param directory it works in
 * @param log the file that what it prints is added to
 * @param classPath its class path
 * @param jvm options of the JVM
 * @param command the main class, and its arguments
 * @param environment variables over those of this process; an empty one is unset
 */
public record JvmLaunch(
    String name,
    Path directory,
    Path log,
    List<String> classPath,
    List<String> jvm,
    List<String> command,
    Map<String, String> environment) {

  public JvmLaunch {
    classPath = List.copyOf(classPath);
    jvm = List.copyOf(jvm);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** A builder of the process, with standard error going where standard output goes. */
  public ProcessBuilder builder() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(jvm);
    words.addAll(List.of("-cp", String.join(File.pathSeparator, classPath)));
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    environment.forEach(
        (variable, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(variable);
          } else {
            builder.environment().put(variable, value);
          }
        });
    return builder;
  }

  /** The place of the classes of this module: a directory or a jar. */
  public static String ourClasses() {
    try {
      return Path.of(JvmLaunch.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
