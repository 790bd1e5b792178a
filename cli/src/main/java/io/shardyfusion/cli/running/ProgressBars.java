package io.shardyfusion.cli.running;

import io.shardyfusion.job.RunProgress;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress for a person: a bar a phase. */
final class ProgressBars implements ProgressDisplay {

  private static final int WIDTH = 100;
  private static final int UNKNOWN = -1;

  private final PrintWriter err;
  private RunProgress.@Nullable Phase phase;
  private @Nullable ProgressBar bar;

  ProgressBars(PrintWriter err) {
    this.err = err;
  }

  @Override
  public synchronized void accept(RunProgress progress) {
    if (progress.phase() == RunProgress.Phase.ANNOUNCING) {
      close();
      return;
    }
    if (progress.phase() != phase) {
      close();
      phase = progress.phase();
      if (phase == RunProgress.Phase.STARTING) {
        err.println("starting Flink");
      }
    }
    if (phase == RunProgress.Phase.STARTING) {
      return;
    }
    if (bar == null) {
      bar = begin(progress);
    }
    if (phase == RunProgress.Phase.READING) {
      bar.stepTo(progress.rowsRead());
      bar.setExtraMessage(String.format(Locale.ROOT, "%,d MB", progress.bytesRead() / 1_000_000));
    } else {
      bar.stepTo(progress.shardsStored());
      bar.setExtraMessage(String.format(Locale.ROOT, "%,d rows", progress.rowsWritten()));
    }
  }

  private ProgressBar begin(RunProgress progress) {
    boolean reading = progress.phase() == RunProgress.Phase.READING;
    return new ProgressBarBuilder()
        .setTaskName(reading ? "reading" : "writing")
        .setInitialMax(reading ? UNKNOWN : progress.shards())
        .setUnit(reading ? " rows" : " shards", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setMaxRenderedLength(WIDTH)
        .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
        .build();
  }

  private void draw(String line) {
    err.print("\r" + line);
    err.flush();
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      err.println();
    }
  }
}
