package io.shardyfusion.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks, as {@code shardy bench} starts them. */
@Command(
    name = "shardy bench",
    mixinStandardHelpOptions = true,
    subcommands = {WriteBench.class, StreamBench.class, ReadBench.class, RefreshBench.class},
    description = "Measures ratios between ways to do the same, in one run on this machine.")
public final class Bench {

  private Bench() {}

  /** Runs the benchmark that {@code args} name; exits with 2 if they cannot be used. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line of the benchmarks. */
  static CommandLine commandLine() {
    return new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
  }
}
