package io.shardyfusion.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.OptionHints;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.surroundings.OwnProcess;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;

/** The benchmarks, as {@code shardy bench} starts them. */
@Command(
    name = "shardy bench",
    mixinStandardHelpOptions = true,
    subcommands = {
      WriteBench.class,
      StartBench.class,
      StreamBench.class,
      ReadBench.class,
      RefreshBench.class,
      CloudCheck.class
    },
    description = "Measures ratios between ways to do the same, in one run on this machine.")
public final class Bench implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  private static final int USAGE = 2;
  private static final int FAILED = 3;
  private static final int CONFLICT = 4;

  private Bench() {}

  /** Runs the benchmark that {@code args} name; exits with 2 if they cannot be used. */
  public static void main(String[] args) {
    // Not that of the test tools, which are on the class path, too.
    System.setProperty("logback.configurationFile", "logback.xml");
    CommandLine command = commandLine();
    try {
      OwnProcess.begin(List.of(args));
    } catch (InvalidRequestException e) {
      System.exit(report(e, command));
    }
    System.exit(command.execute(args));
  }

  /** The help, where no benchmark is named. */
  @Override
  public void run() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getOut());
  }

  /** The command line of the benchmarks. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Bench());
    UsageErrors.collect(commandLine);
    return commandLine
        .setOut(new PrintWriter(System.out, true, UTF_8))
        .setErr(new PrintWriter(System.err, true, UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(
            parsed -> {
              UsageErrors errors = UsageErrors.of(parsed);
              if (parsed.hasSubcommand()
                  && parsed.subcommand().commandSpec().userObject() instanceof CloudCheck check) {
                check.check(errors.values());
              }
              errors.check();
              return new RunLast().execute(parsed);
            })
        .setParameterExceptionHandler((failure, arguments) -> reportUsage(failure))
        .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
  }

  /** Reports as {@code shardy} does: one message. */
  private static int reportUsage(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String.valueOf(failure.getMessage())
        .lines()
        .forEach(
            line ->
                command.getErr().println(command.getCommandName() + ": " + OptionHints.in(line)));
    command.getErr().println("See --help.");
    command.getErr().flush();
    return USAGE;
  }

  /** Likewise, and its exit code. */
  private static int report(Exception failure, CommandLine command) {
    String name = command.getCommandName();
    if (failure instanceof ShardyfusionException) {
      command.getErr().println(name + ": " + OptionHints.in(String.valueOf(failure.getMessage())));
    } else if (failure instanceof InterruptedException) {
      command.getErr().println(name + ": stopped");
    } else {
      command.getErr().println(name + ": unexpected failure");
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    if (failure instanceof InvalidRequestException) {
      return USAGE;
    }
    return failure instanceof ConflictException ? CONFLICT : FAILED;
  }
}
