package io.shardyfusion.cli;

import java.util.concurrent.Callable;

/** A command of {@code shardy}: does its work and returns the exit code. */
abstract class ShardyCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final GlobalOptions options;

  ShardyCommand(Terminal terminal, GlobalOptions options) {
    this.terminal = terminal;
    this.options = options;
  }

  final Terminal terminal() {
    return terminal;
  }

  final GlobalOptions options() {
    return options;
  }

  @Override
  public final Integer call() {
    try (Output output = new Output(terminal.out())) {
      return run(new Printer(options.output(terminal), output));
    }
  }

  /** Does the work, with the result to {@code printer}, and returns the exit code. */
  abstract int run(Printer printer);
}
