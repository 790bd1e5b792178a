package io.shardyfusion.cli.frame;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.ValueErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Gives the options that are not on the command line the values of the environment and of a
 * configuration file, in that order.
 */
public final class ConfigDefaults implements IDefaultValueProvider {

  /** Separates the values of a repeated option; it cannot occur in YAML text. */
  private static final String SEPARATOR = "\u0000";

  private static final Set<String> NOT_IN_A_FILE = Set.of("--config", "--help", "--version");

  private final Map<String, String> values = new HashMap<>();
  private final List<String> args;

  private ConfigDefaults(List<String> args) {
    this.args = args;
  }

  /**
   * Makes {@code commandLine} take what is not among {@code args} from {@code environment} and
   * {@code config}; what cannot be used of that is added to {@code errors}.
   */
  public static void install(
      CommandLine commandLine,
      List<String> args,
      Map<String, String> environment,
      ConfigFile config,
      ValueErrors errors) {
    ConfigDefaults defaults = new ConfigDefaults(List.copyOf(args));
    config
        .options()
        .forEach((name, texts) -> errors.check(() -> defaults.add(commandLine, name, texts)));
    String dataset = environment.get("SHARDY_DATASET");
    if (dataset != null && !dataset.isEmpty()) {
      defaults.values.put("--dataset", dataset);
    }
    commandLine.setDefaultValueProvider(defaults);
  }

  private void add(CommandLine commandLine, String name, List<String> texts) {
    boolean known = false;
    for (CommandSpec command : allCommands(commandLine)) {
      OptionSpec option = command.findOption(name);
      if (option != null && !NOT_IN_A_FILE.contains(name)) {
        known = true;
        accept(command, option, name, texts);
      }
    }
    if (!known) {
      throw new InvalidRequestException(
          "the configuration file has the option '"
              + name.substring(2)
              + "', which no command has; expected the long name of an option without its dashes");
    }
    values.put(name, String.join(SEPARATOR, texts));
  }

  private static void accept(
      CommandSpec command, OptionSpec option, String name, List<String> texts) {
    if (texts.size() == 1) {
      return;
    }
    if (!option.isMultiValue()) {
      throw new InvalidRequestException(
          "the option '"
              + name.substring(2)
              + "' in the configuration file takes one value, found "
              + texts.size());
    }
    String split =
        option.splitRegex().isEmpty() ? SEPARATOR : SEPARATOR + "|" + option.splitRegex();
    command.remove(option);
    command.addOption(option.toBuilder().splitRegex(split).build());
  }

  private static List<CommandSpec> allCommands(CommandLine root) {
    List<CommandSpec> all = new ArrayList<>();
    Deque<CommandLine> rest = new ArrayDeque<>(List.of(root));
    while (!rest.isEmpty()) {
      CommandLine next = rest.remove();
      all.add(next.getCommandSpec());
      rest.addAll(next.getSubcommands().values());
    }
    return all;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    if (!(arg instanceof OptionSpec option)) {
      return null;
    }
    // picocli gives a flag on the command line the opposite of its default.
    if (option.arity().max() == 0 && List.of(option.names()).stream().anyMatch(args::contains)) {
      return null;
    }
    String value = values.get(option.longestName());
    // Else picocli would put a variable in the place of ${name}.
    return value == null ? null : value.replace("${", "$${");
  }
}
