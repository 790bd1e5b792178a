package io.shardyfusion.cli.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.OptionHints;
import io.shardyfusion.surroundings.OwnProcess;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The frame of the tools beside {@code shardy}, cloud-check and the benchmarks: each is a process
 * with a command line of its own, reports a failure as one message under its own name, and logs
 * errors only.
 */
public final class ToolFrame {

  private static final String LOGGING = "io/shardyfusion/cli/frame/tools-logback.xml";

  private ToolFrame() {}

  /** Runs a tool in this process, which is its own, and returns the exit code. */
  public static int run(CommandLine tool, String... args) {
    System.setProperty("logback.configurationFile", LOGGING);
    try {
      OwnProcess.begin(List.of(args));
    } catch (InvalidRequestException e) {
      return report(e, tool);
    }
    return tool.execute(args);
  }

  /** Has a tool print in UTF-8, take the values of enums in any case, and report as said above. */
  public static CommandLine framed(CommandLine tool) {
    return tool.setOut(new PrintWriter(System.out, true, UTF_8))
        .setErr(new PrintWriter(System.err, true, UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((failure, arguments) -> reportUsage(failure))
        .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
  }

  private static int reportUsage(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String.valueOf(failure.getMessage())
        .lines()
        .forEach(
            line ->
                command.getErr().println(command.getCommandName() + ": " + OptionHints.in(line)));
    command.getErr().println("See --help.");
    command.getErr().flush();
    return Failures.USAGE;
  }

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
      return Failures.USAGE;
    }
    return failure instanceof ConflictException ? Failures.CONFLICT : Failures.FAILED;
  }
}
