package io.shardyfusion.cli.frame;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jline.utils.Signals;

/**
 * Handles SIGTERM, SIGINT and SIGHUP, while it is open: the first one begins a clean stop, a second
 * SIGTERM or SIGINT ends the process at once. A second SIGHUP does not: when a terminal is closed,
 * the kernel and the shell both send one. What the process was started to ignore, as by {@code
 * nohup}, is ignored. A shutdown hook would not do: Flink's own hooks run beside it, and take away
 * what a clean stop needs.
 */
public final class StopSignals implements AutoCloseable {

  private static final String HANGUP = "HUP";
  private static final List<String> NAMES = List.of("TERM", "INT", HANGUP);

  private final Runnable stop;

  /** For each signal, an action that gives it back what it did before. */
  private final Map<String, Runnable> restore = new TreeMap<>();

  private boolean stopping;

  private StopSignals(Runnable stop) {
    this.stop = stop;
  }

  /** Has {@code stop} run, once and on a thread of its own, when the process is told to end. */
  public static StopSignals handledBy(Runnable stop) {
    StopSignals signals = new StopSignals(stop);
    signals.register();
    return signals;
  }

  private synchronized void register() {
    for (String name : NAMES) {
      Object before = Signals.register(name, this::stop);
      restore.put(name, () -> Signals.unregister(name, before));
    }
  }

  /** Begins the stop, as a signal does. */
  public synchronized void stop() {
    if (stopping) {
      return;
    }
    stopping = true;
    NAMES.stream().filter(name -> !name.equals(HANGUP)).forEach(this::giveBack);
    Thread thread = new Thread(stop, "shardy-stop");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns whether the stop has begun. */
  public synchronized boolean isStopping() {
    return stopping;
  }

  private void giveBack(String name) {
    Runnable before = restore.remove(name);
    if (before != null) {
      before.run();
    }
  }

  /** Has the signals do again what they did before. Idempotent. */
  @Override
  public synchronized void close() {
    NAMES.forEach(this::giveBack);
  }
}
