package io.shardyfusion.cli.cloudcheck;

import io.shardyfusion.cli.frame.ToolFrame;
import io.shardyfusion.job.UsageErrors;
import picocli.CommandLine;
import picocli.CommandLine.RunLast;

/** The command line of {@code bin/cloud-check}. */
public final class CloudCheckLine {

  /** The tool's name, which {@code bin/cloud-check} puts before the arguments. */
  public static final String NAME = "cloud-check";

  private CloudCheckLine() {}

  /** Runs the check in this process, which is its own, and returns the exit code. */
  public static int run(String... args) {
    return ToolFrame.run(commandLine(), args);
  }

  /** The check, which reports everything that is wrong with its options at once. */
  static CommandLine commandLine() {
    CloudCheck check = new CloudCheck();
    CommandLine commandLine = ToolFrame.framed(new CommandLine(check));
    UsageErrors.collect(commandLine);
    return commandLine.setExecutionStrategy(
        parsed -> {
          UsageErrors errors = UsageErrors.of(parsed);
          check.check(errors.values());
          errors.check();
          return new RunLast().execute(parsed);
        });
  }
}
