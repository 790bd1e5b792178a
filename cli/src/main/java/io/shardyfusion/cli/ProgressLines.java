package io.shardyfusion.cli;

import io.shardyfusion.job.RunProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Progress for a log: a line every few seconds, none for a short run. */
final class ProgressLines implements ProgressDisplay {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PrintWriter err;
  private final LongSupplier nanoTime;
  private final long start;
  private long last;

  /**
   * Progress that begins now.
   *
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  ProgressLines(PrintWriter err, LongSupplier nanoTime) {
    this.err = err;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.last = start;
  }

  @Override
  public synchronized void accept(RunProgress progress) {
    long now = nanoTime.getAsLong();
    if (now - last >= INTERVAL_NANOS) {
      last = now;
      err.println(
          "shardy: " + TimeUnit.NANOSECONDS.toSeconds(now - start) + " s, " + describe(progress));
    }
  }

  private static String describe(RunProgress progress) {
    return switch (progress.phase()) {
      case READING ->
          String.format(
              Locale.ROOT,
              "reading: %,d rows, %,d MB",
              progress.rowsRead(),
              progress.bytesRead() / 1_000_000);
      case WRITING ->
          String.format(
              Locale.ROOT,
              "writing: %,d rows, %d of %d shards stored",
              progress.rowsWritten(),
              progress.shardsStored(),
              progress.shards());
      case ANNOUNCING -> "announcing";
    };
  }

  @Override
  public void close() {}
}
