package io.shardyfusion.cli.running;

import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.PeriodicLines;
import io.shardyfusion.job.RunProgress;
import java.util.function.Consumer;

/** Tells on standard error how far a run has come. Closed when the run has ended. Thread-safe. */
interface ProgressDisplay extends Consumer<RunProgress>, AutoCloseable {

  /** A bar on a terminal, else a line every few seconds. */
  static ProgressDisplay on(Terminal terminal) {
    return terminal.errIsTerminal()
        ? new ProgressBars(terminal.err())
        : new ProgressLines(new PeriodicLines(terminal.err(), System::nanoTime));
  }

  @Override
  void close();
}
