package io.shardyfusion.job;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The options of the command line for the settings that a message advises to change. The libraries
 * name settings, as a job of the user's own has them; only who parses options knows their names.
 */
public final class OptionHints {

  /** The options by the settings of {@link io.shardyfusion.flink.ShardyfusionSink}. */
  static final Map<String, String> OPTIONS =
      new TreeMap<>(
          Map.of(
              "base(CURRENT)", "--base current",
              "takeover()", "--takeover",
              "allowEmpty()", "--allow-empty"));

  private OptionHints() {}

  /** The message with the options of the settings that it names, if it names any. */
  public static String in(String message) {
    String hints =
        OPTIONS.entrySet().stream()
            .filter(e -> message.contains(e.getKey()))
            .map(e -> e.getKey() + " is " + e.getValue())
            .collect(Collectors.joining(", "));
    return hints.isEmpty() ? message : message + " (on the command line " + hints + ")";
  }
}
