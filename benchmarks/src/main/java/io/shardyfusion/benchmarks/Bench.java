package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.frame.ToolFrame;
import io.shardyfusion.job.UsageErrors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
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
      RefreshBench.class
    },
    description = "Measures ratios between ways to do the same, in one run on this machine.")
public final class Bench implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  private Bench() {}

  /** Runs the benchmark that {@code args} name; exits with 2 if they cannot be used. */
  public static void main(String[] args) {
    System.exit(ToolFrame.run(commandLine(), args));
  }

  /** The help, where no benchmark is named. */
  @Override
  public void run() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getOut());
  }

  /** The command line of the benchmarks. */
  static CommandLine commandLine() {
    CommandLine commandLine = ToolFrame.framed(new CommandLine(new Bench()));
    UsageErrors.collect(commandLine);
    return commandLine.setExecutionStrategy(
        parsed -> {
          UsageErrors.of(parsed).check();
          return new RunLast().execute(parsed);
        });
  }
}
