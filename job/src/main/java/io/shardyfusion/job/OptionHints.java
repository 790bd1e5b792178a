package io.shardyfusion.job;

import static java.util.Map.entry;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The options of the command line for the settings that a message advises to change. The libraries
 * name settings, as a job of the user's own has them; only who parses options knows their names.
 */
public final class OptionHints {

  /**
   * The options by the settings of {@link io.shardyfusion.flink.ShardyfusionSink}, of {@link
   * io.shardyfusion.store.StoreOptions} and of Flink.
   */
  static final Map<String, String> OPTIONS =
      Map.ofEntries(
          entry("base(CURRENT)", "--base current"),
          entry("takeover()", "--takeover"),
          entry("allowEmpty()", "--allow-empty"),
          entry("valueSchema(…)", "--value-schema"),
          entry("allowSchemaChange()", "--allow-schema-change"),
          entry("duplicates(LAST)", "--duplicates last"),
          entry("execution.state-recovery.path", "--restore auto"),
          entry("StoreOptions.s3Endpoint", "--s3-endpoint"),
          entry("StoreOptions.s3Region", "--s3-region"),
          entry("StoreOptions.s3Proxy", "--s3-proxy"),
          entry("StoreOptions.s3Checksums(false)", "--s3-checksums off"),
          entry(
              "StoreOptions.s3ConditionalWrites(GENERATION)", "--s3-conditional-writes generation"),
          entry("StoreOptions.allowUnfenced(true)", "--allow-unfenced"),
          entry("StoreOptions.callTimeout", "--s3-call-timeout"),
          entry("StoreOptions.silenceTimeout", "--s3-silence-timeout"),
          entry("StoreOptions.transferTimeout", "--s3-transfer-timeout"),
          entry("S3Credentials.profile", "--s3-profile"));

  private OptionHints() {}

  /** The message, where each line has the options of the settings that it names, if any. */
  public static String in(String message) {
    return in(message, Map.of());
  }

  /**
   * The message, where each line has the options of the settings that it names, if any.
   *
   * @param more the options that a run has not, by their settings
   */
  public static String in(String message, Map<String, String> more) {
    Map<String, String> options = new TreeMap<>(OPTIONS);
    options.putAll(more);
    return message.lines().map(line -> inLine(line, options)).collect(Collectors.joining("\n"));
  }

  private static String inLine(String line, Map<String, String> options) {
    String hints =
        options.entrySet().stream()
            .filter(e -> line.contains(e.getKey()))
            .map(e -> e.getKey() + " is " + e.getValue())
            .collect(Collectors.joining(", "));
    return hints.isEmpty() ? line : line + " (on the command line " + hints + ")";
  }
}
