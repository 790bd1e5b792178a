package io.shardyfusion.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The main class of {@code bin/cluster}. */
@Command(
    name = "cluster",
    description =
        "A Flink session cluster and an S3 server, as plain processes of this host, on 127.0.0.1.",
    subcommands = {
      UpCommand.class,
      RunJobCommand.class,
      StatusCommand.class,
      FlinkCommand.class,
      DownCommand.class,
      SuperviseCommand.class
    })
public final class ClusterMain implements Callable<Integer> {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show how it is used.")
  boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  private ClusterMain() {}

  /** Runs a command, and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** All commands, with failures as one message and an exit code. */
  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new ClusterMain());
    command.setOut(new PrintWriter(System.out, true, UTF_8));
    command.setErr(new PrintWriter(System.err, true, UTF_8));
    command.setExecutionExceptionHandler((e, at, parsed) -> report(e, at.getErr()));
    command.setParameterExceptionHandler(
        (e, arguments) -> {
          PrintWriter err = e.getCommandLine().getErr();
          err.println("cluster: " + e.getMessage());
          err.println("Try: bin/cluster --help");
          return 2;
        });
    return command;
  }

  @Override
  public Integer call() {
    CommandLine commandLine = spec.commandLine();
    if (commandLine.getParseResult().originalArgs().isEmpty()) {
      commandLine.usage(commandLine.getOut());
      return 0;
    }
    throw new ParameterException(
        spec.commandLine(), "what to do is missing: up, run, status, flink or down");
  }

  private static int report(Exception e, PrintWriter err) throws Exception {
    if (e instanceof ClusterException told) {
      err.println("cluster: " + told.getMessage());
      return told.exitCode();
    }
    throw e;
  }
}
