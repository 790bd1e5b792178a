package io.shardyfusion.cli.running;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.printing.PeriodicLines;
import io.shardyfusion.job.RunProgress;
import io.shardyfusion.job.RunProgress.Phase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {

  private static final RunProgress STARTING = new RunProgress(Phase.STARTING, 0, 0, 0, 0, 8);
  private static final RunProgress READING =
      new RunProgress(Phase.READING, 1_234_567, 98_765_432, 0, 0, 8);
  private static final RunProgress WRITING =
      new RunProgress(Phase.WRITING, 2_000_000, 150_000_000, 1_000_000, 3, 8);

  private final StringWriter err = new StringWriter();

  @Test
  void aLogHasALineEveryFiveSeconds() {
    AtomicLong seconds = new AtomicLong();
    try (ProgressDisplay progress =
        new ProgressLines(
            new PeriodicLines(
                new PrintWriter(err, true), () -> TimeUnit.SECONDS.toNanos(seconds.get())))) {
      for (int second = 0; second <= 17; second++) {
        seconds.set(second);
        progress.accept(second < 6 ? STARTING : second < 15 ? READING : WRITING);
      }
    }

    assertThat(err.toString().lines())
        .containsExactly(
            "shardy: 5 s, starting Flink",
            "shardy: 10 s, reading: 1,234,567 rows, 98 MB",
            "shardy: 15 s, writing: 1,000,000 rows, 3 of 8 shards stored");
  }

  @Test
  void aTerminalHasABarForEachPhase() {
    try (ProgressDisplay progress = new ProgressBars(new PrintWriter(err, true))) {
      progress.accept(STARTING);
      progress.accept(STARTING);
      progress.accept(READING);
      progress.accept(WRITING);
      progress.accept(new RunProgress(Phase.ANNOUNCING, 2_000_000, 1, 2_000_000, 8, 8));
    }

    assertThat(err.toString().split("\n"))
        .hasSize(3)
        .startsWith("starting Flink")
        .anySatisfy(line -> assertThat(line).contains("reading"))
        .anySatisfy(line -> assertThat(line).contains("writing").contains("3/8"));
  }
}
