package io.shardyfusion.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/** The keys of Flink's configuration: those it declares, and those of a file. */
final class FlinkOptionKeys {

  private FlinkOptionKeys() {}

  /** Every option that Flink's classes declare. */
  static Set<String> declared() throws IOException, ReflectiveOperationException {
    Set<String> keys = new HashSet<>();
    Set<Path> jars = new HashSet<>();
    for (Class<?> options : List.of(CoreOptions.class, TaskManagerOptions.class)) {
      try {
        jars.add(Path.of(options.getProtectionDomain().getCodeSource().getLocation().toURI()));
      } catch (URISyntaxException e) {
        throw new IOException(e);
      }
    }
    for (Path jar : jars) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : zip.stream().toList()) {
          String name = entry.getName();
          if (name.matches("org/apache/flink/configuration/\\w+Options\\.class")) {
            keys.addAll(keysOf(name));
          }
        }
      }
    }
    return keys;
  }

  private static List<String> keysOf(String classFile) throws ReflectiveOperationException {
    List<String> keys = new ArrayList<>();
    String name = classFile.substring(0, classFile.length() - ".class".length());
    for (Field field : Class.forName(name.replace('/', '.')).getFields()) {
      if (Modifier.isStatic(field.getModifiers())
          && ConfigOption.class.isAssignableFrom(field.getType())) {
        keys.add(((ConfigOption<?>) field.get(null)).key());
      }
    }
    return keys;
  }

  /** The settings of a nested file, by flat keys. */
  static Map<String, String> flat(JsonNode settings) {
    Map<String, String> flat = new TreeMap<>();
    flatten("", settings, flat);
    return flat;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    if (!node.isObject()) {
      into.put(prefix, node.asText());
      return;
    }
    node.properties()
        .forEach(
            entry ->
                flatten(
                    prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                    entry.getValue(),
                    into));
  }
}
