package io.shardyfusion.cli;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.Signals;

/**
 * Handles SIGTERM and SIGINT, while it is open: the first one begins a clean stop, a second one
 * ends the process at once. A shutdown hook would not do: Flink's own hooks run beside it, and take
 * away what a clean stop needs.
 */
final class StopSignals implements AutoCloseable {

  private static final List<String> NAMES = List.of("TERM", "INT");

  private final List<Runnable> restore = new ArrayList<>();

  private StopSignals() {}

  /** Has {@code stop} run, on a thread of its own, when the process is told to end. */
  static StopSignals handledBy(Runnable stop) {
    StopSignals signals = new StopSignals();
    for (String name : NAMES) {
      Object before =
          Signals.register(
              name,
              () -> {
                signals.close();
                Thread thread = new Thread(stop, "shardy-stop");
                thread.setDaemon(true);
                thread.start();
              });
      signals.restore.add(() -> Signals.unregister(name, before));
    }
    return signals;
  }

  /** Has the signals do again what they did before. Idempotent. */
  @Override
  public synchronized void close() {
    restore.forEach(Runnable::run);
    restore.clear();
  }
}
