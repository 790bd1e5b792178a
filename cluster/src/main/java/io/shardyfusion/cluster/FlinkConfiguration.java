package io.shardyfusion.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Flink's {@code config.yaml}, as flat keys. */
final class FlinkConfiguration {

  private FlinkConfiguration() {}

  /**
   * The settings of a file.
   *
   * @throws ClusterException if it cannot be read
   */
  static Map<String, String> read(Path file) {
    Map<String, String> settings = new TreeMap<>();
    try {
      flatten("", YAMLMapper.builder().build().readTree(file.toFile()), settings);
    } catch (IOException e) {
      throw ClusterException.usage("cannot read Flink's configuration " + file + ": " + e);
    }
    return settings;
  }

  /** The options for the JVM of {@code kind} that settings name, e.g. {@code taskmanager}. */
  static List<String> javaOptions(Map<String, String> settings, String kind) {
    List<String> options = new ArrayList<>();
    for (String key : List.of("env.java.opts.all", "env.java.opts." + kind)) {
      for (String option : settings.getOrDefault(key, "").split("\\s+", -1)) {
        if (!option.isEmpty()) {
          options.add(option);
        }
      }
    }
    return options;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                      entry.getValue(),
                      into));
    } else if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(element -> elements.add(element.asText()));
      into.put(prefix, String.join(";", elements));
    } else {
      into.put(prefix, node.asText());
    }
  }
}
