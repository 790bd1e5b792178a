package io.shardyfusion.cli.frame;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.surroundings.LocalPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of a YAML file: a mapping from long option names, without the dashes, to values. A
 * value is a scalar, a list for an option that can be repeated, or a mapping for one of the form
 * {@code k=v}.
 *
 * @param options the texts of each option's values, by its name with the dashes
 */
public record ConfigFile(Map<String, List<String>> options) {

  private static final String OPTION = "--config";

  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  public ConfigFile {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /** The file that the command line names, or no options if it names none. */
  public static ConfigFile of(List<String> args) {
    Path file = named(args);
    return file == null ? new ConfigFile(Map.of()) : read(file);
  }

  /**
   * The value of {@code --config}, which must be known before the other options can have their
   * defaults.
   */
  private static @Nullable Path named(List<String> args) {
    Path file = null;
    for (int i = 0; i < args.size() && !args.get(i).equals("--"); i++) {
      String arg = args.get(i);
      if (arg.startsWith(OPTION + "=")) {
        file = LocalPath.of(arg.substring(OPTION.length() + 1));
      } else if (arg.equals(OPTION) && i + 1 < args.size()) {
        file = LocalPath.of(args.get(i + 1));
      }
    }
    return file;
  }

  static ConfigFile read(Path file) {
    JsonNode root;
    try {
      root = YAML.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new InvalidRequestException("the configuration file " + file + " does not exist", e);
    } catch (JsonProcessingException e) {
      throw invalid(file, e.getOriginalMessage() + at(e), e);
    } catch (IOException e) {
      throw new InvalidRequestException(
          "the configuration file " + file + " cannot be read: " + e, e);
    }
    Map<String, List<String>> options = new LinkedHashMap<>();
    if (root.isMissingNode() || root.isNull()) {
      return new ConfigFile(options);
    }
    if (!root.isObject()) {
      throw invalid(file, "expected a mapping from option names to values", null);
    }
    root.properties()
        .forEach(e -> options.put("--" + e.getKey(), texts(file, e.getKey(), e.getValue())));
    return new ConfigFile(options);
  }

  private static List<String> texts(Path file, String name, JsonNode value) {
    List<String> texts = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(v -> texts.add(scalar(file, name, v)));
    } else if (value.isObject()) {
      value
          .properties()
          .forEach(e -> texts.add(e.getKey() + "=" + scalar(file, name, e.getValue())));
    } else {
      texts.add(scalar(file, name, value));
    }
    return List.copyOf(texts);
  }

  private static String scalar(Path file, String name, JsonNode value) {
    if (!value.isValueNode() || value.isNull()) {
      throw invalid(file, "the option '" + name + "' must have a value, found " + value, null);
    }
    return value.asText();
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
  }

  private static InvalidRequestException invalid(Path file, String why, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "the configuration file " + file + " is not valid: " + why, cause);
  }
}
