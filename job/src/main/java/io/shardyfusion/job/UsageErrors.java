package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.surroundings.LocalPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Everything that is wrong with a command line, at once, with what was perhaps meant. The command
 * line must {@linkplain #collect collect}.
 */
public final class UsageErrors {

  private static final String END_OF_OPTIONS = "--";

  private final CommandLine command;
  private final List<String> afterOptions;
  private final Set<String> unknownOptions = new LinkedHashSet<>();
  private final Set<String> unknownCommands = new LinkedHashSet<>();
  private final Set<String> tooMany = new LinkedHashSet<>();
  private final ValueErrors values = new ValueErrors();

  /** True if an option after the end of options was taken for an argument that there is not. */
  private boolean refusesMisplaced;

  private boolean helps;

  private UsageErrors(CommandLine command, List<String> args) {
    this.command = command;
    int end = args.indexOf(END_OF_OPTIONS);
    this.afterOptions = end < 0 ? List.of() : List.copyOf(args.subList(end + 1, args.size()));
  }

  /** Has {@code commandLine}, which has all its commands by now, go on parsing after an error. */
  public static void collect(CommandLine commandLine) {
    commandLine.getCommandSpec().parser().collectErrors(true);
    commandLine.registerConverter(Path.class, UsageErrors::path);
    commandLine.getSubcommands().values().forEach(UsageErrors::collect);
  }

  /** The errors that the parser found. */
  public static UsageErrors of(ParseResult parsed) {
    List<ParseResult> levels = new ArrayList<>();
    for (ParseResult at = parsed; at != null; at = at.subcommand()) {
      levels.add(at);
    }
    UsageErrors errors =
        new UsageErrors(
            levels.get(levels.size() - 1).commandSpec().commandLine(), parsed.originalArgs());
    errors.helps =
        levels.stream()
            .anyMatch(level -> level.isUsageHelpRequested() || level.isVersionHelpRequested());
    levels.forEach(level -> level.errors().forEach(errors::add));
    return errors;
  }

  /** Adds an option that the command has not. */
  public UsageErrors unknownOption(String word) {
    unknownOptions.add(word);
    return this;
  }

  /** The errors in the values of options and arguments, to which more can be added. */
  public ValueErrors values() {
    return values;
  }

  /**
   * Throws if anything is wrong, unless help was asked for.
   *
   * @throws ParameterException of the command that was called, with a line for each error
   */
  public void check() {
    List<String> lines = lines();
    if (!helps && !lines.isEmpty()) {
      throw new ParameterException(command, String.join("\n", lines));
    }
  }

  /**
   * A sentence about the first option that is after {@code --}, where it is taken for something
   * else; empty if none is.
   */
  public static String misplacedOption(ParseResult parsed) {
    List<String> misplaced = of(parsed).misplacedOptions();
    return misplaced.isEmpty() ? "" : misplaced(misplaced.get(0));
  }

  private void add(Exception error) {
    if (!(error instanceof UnmatchedArgumentException unmatched)) {
      values.add(lowerCase(String.valueOf(error.getMessage())));
      return;
    }
    boolean hasCommands = !unmatched.getCommandLine().getSubcommands().isEmpty();
    for (String word : unmatched.getUnmatched()) {
      if (afterOptions.contains(word)) {
        if (isOption(word)) {
          refusesMisplaced = true;
        } else {
          tooMany.add(word);
        }
      } else if (word.startsWith("-") && word.length() > 1) {
        unknownOptions.add(word);
      } else {
        (hasCommands ? unknownCommands : tooMany).add(word);
      }
    }
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (!unknownCommands.isEmpty()) {
      // The word after it was meant for it.
      String word = unknownCommands.iterator().next();
      lines.add(
          "unknown command '"
              + word
              + "'"
              + Suggestions.of(word, command.getSubcommands().keySet()));
      return lines;
    }
    for (String word : unknownOptions) {
      String name = nameOf(word);
      lines.add(
          "unknown option '"
              + name
              + "'"
              + Suggestions.of(name, command.getCommandSpec().optionsMap().keySet()));
    }
    List<String> misplaced = misplacedOptions();
    if (unknownOptions.isEmpty() && misplaced.isEmpty()) {
      // Else they may be values.
      tooMany.forEach(word -> lines.add("'" + word + "' is one argument too many"));
    }
    lines.addAll(values.messages());
    if (refusesMisplaced || !lines.isEmpty() || !tooMany.isEmpty()) {
      misplaced.forEach(option -> lines.add(misplaced(option)));
    }
    return lines;
  }

  private List<String> misplacedOptions() {
    return afterOptions.stream().filter(this::isOption).toList();
  }

  private static String misplaced(String option) {
    return "'" + option + "' is after '--', where nothing is an option: options go before '--'";
  }

  private boolean isOption(String word) {
    CommandSpec spec = command.getCommandSpec();
    return spec.optionsMap().containsKey(nameOf(word));
  }

  /** Without the value of {@code --name=value}. */
  private static String nameOf(String word) {
    int value = word.indexOf('=');
    return value < 0 ? word : word.substring(0, value);
  }

  private static String lowerCase(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
  }

  private static Path path(String text) {
    try {
      return LocalPath.of(text);
    } catch (InvalidRequestException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
