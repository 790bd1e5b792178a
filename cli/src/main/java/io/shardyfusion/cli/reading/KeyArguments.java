package io.shardyfusion.cli.reading;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The keys of a command that takes many: on the command line, or as lines of standard input. */
public final class KeyArguments {

  /** The argument that stands for the lines of standard input. */
  private static final String STANDARD_INPUT = "-";

  private static final Pattern NEGATIVE = Pattern.compile("-[0-9]+");

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Parameters(
      paramLabel = "KEY",
      arity = "1..*",
      description =
          "A key: decimal for integers, base64 for bytes. A single '-' reads standard input, one "
              + "JSON string or number a line.")
  private List<String> keys = new ArrayList<>();

  /**
   * Passes the keys on in their order, as they are read.
   *
   * @throws InvalidRequestException at the first argument or line that is no key of {@code
   *     encoding}
   */
  void forEach(KeyEncoding encoding, InputStream standardInput, Consumer<Key> action) {
    DatasetKeys text = new DatasetKeys(encoding);
    if (keys.equals(List.of(STANDARD_INPUT))) {
      KeyLines lines = new KeyLines(standardInput, text);
      for (Key key = lines.next(); key != null; key = lines.next()) {
        action.accept(key);
      }
      return;
    }
    List<Key> parsed = keys.stream().map(key -> parse(command, text, key)).toList();
    parsed.forEach(action);
  }

  /** Adds the arguments that are no keys, before the dataset is known. */
  public void check(ParseResult parsed, UsageErrors errors) {
    if (!keys.equals(List.of(STANDARD_INPUT))) {
      check(parsed, keys, errors);
    }
  }

  /**
   * Adds the arguments that look like an option. The commands that take keys have picocli pass such
   * arguments on, because a negative number is a key; any other is one only after {@code --}.
   */
  static void check(ParseResult parsed, List<String> keys, UsageErrors errors) {
    List<String> args = parsed.originalArgs();
    int end = args.indexOf("--");
    List<String> literal = end < 0 ? List.of() : args.subList(end + 1, args.size());
    for (String key : keys) {
      if (key.startsWith("-") && !NEGATIVE.matcher(key).matches() && !literal.contains(key)) {
        errors.unknownOption(key);
      }
    }
  }

  /**
   * The key that an argument of {@code command} writes.
   *
   * @throws InvalidRequestException if it is none; it may be an option after {@code --}
   */
  static Key parse(CommandSpec command, DatasetKeys text, String key) {
    try {
      return text.parse(key);
    } catch (InvalidRequestException e) {
      String misplaced = UsageErrors.misplacedOption(command.commandLine().getParseResult());
      if (misplaced.isEmpty()) {
        throw e;
      }
      throw new InvalidRequestException(e.getMessage() + "; " + misplaced, e);
    }
  }
}
