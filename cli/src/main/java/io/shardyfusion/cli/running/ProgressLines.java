package io.shardyfusion.cli.running;

import io.shardyfusion.cli.printing.PeriodicLines;
import io.shardyfusion.job.RunProgress;
import java.util.Locale;

/** Progress for a log: a line every few seconds, none for a short run. */
final class ProgressLines implements ProgressDisplay {

  private final PeriodicLines lines;

  ProgressLines(PeriodicLines lines) {
    this.lines = lines;
  }

  @Override
  public void accept(RunProgress progress) {
    lines.offer(() -> describe(progress));
  }

  private static String describe(RunProgress progress) {
    return switch (progress.phase()) {
      case STARTING -> "starting Flink";
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
