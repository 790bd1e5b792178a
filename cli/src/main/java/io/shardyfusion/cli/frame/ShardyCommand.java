package io.shardyfusion.cli.frame;

import io.shardyfusion.cli.printing.Output;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.job.UsageErrors;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParseResult;

/** A command of {@code shardy}: does its work and returns the exit code. */
public abstract class ShardyCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final GlobalOptions options;

  public ShardyCommand(Terminal terminal, GlobalOptions options) {
    this.terminal = terminal;
    this.options = options;
  }

  protected final Terminal terminal() {
    return terminal;
  }

  protected final GlobalOptions options() {
    return options;
  }

  @Override
  public final Integer call() {
    try (Output output = new Output(terminal.out())) {
      return run(new Printer(options.output(terminal), output));
    }
  }

  /** Adds what is wrong with the parsed options and arguments of this command. */
  public void check(ParseResult parsed, UsageErrors errors) {
    if (needsDataset()) {
      options.check(errors.values());
    }
  }

  /** Returns whether the command is about a dataset that must be named. */
  protected boolean needsDataset() {
    return true;
  }

  /** Does the work, with the result to {@code printer}, and returns the exit code. */
  protected abstract int run(Printer printer);
}
