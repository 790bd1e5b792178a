package io.shardyfusion.cli.running;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cli.frame.Failures;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.StopSignals;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.job.AnnouncedVersion;
import io.shardyfusion.job.ContinuousRun;
import io.shardyfusion.job.RunOptions;
import io.shardyfusion.job.SnapshotJob;
import io.shardyfusion.job.SnapshotJobConfig;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.job.embedded.Restart;
import io.shardyfusion.store.StoreOptions;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParseResult;

@Command(
    name = "run",
    description = "Read rows and publish them, once or continuously, on a Flink in this process.")
public final class RunCommand extends ShardyCommand {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Mixin private final RunOptions runOptions = new RunOptions();

  public RunCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  public void check(ParseResult parsed, UsageErrors errors) {
    runOptions.toConfig("", StoreOptions.defaults(), errors.values());
    super.check(parsed, errors);
  }

  @Override
  protected int run(Printer printer) {
    SnapshotJobConfig config = runOptions.toConfig(options().dataset(), options().storeOptions());
    if (config.continuous() != null) {
      runContinuously(config, printer);
      return 0;
    }
    printer.document(JSON.valueToTree(execute(config, terminal())));
    return 0;
  }

  /** Runs until the process is told to end, which it then does when the job has stopped. */
  private void runContinuously(SnapshotJobConfig config, Printer printer) {
    PrintWriter err = terminal().err();
    CompletableFuture<ContinuousRun> started = new CompletableFuture<>();
    // From the beginning: a job that is told to end while it starts ends when it has started.
    StopSignals signals = StopSignals.handledBy(() -> started.join().stop());
    try {
      err.println("starting Flink");
      ContinuousRun run = ContinuousRun.start(config);
      err.println(
          "running; checkpoints are in "
              + run.checkpointDirectory()
              + (run.restoredFrom() == null ? "" : "; restored from " + run.restoredFrom()));
      started.complete(run);
      VersionLines versions = new VersionLines(printer, signals);
      run.await(versions, restart -> err.println(describe(restart)));
      versions.check();
    } finally {
      signals.close();
    }
    err.println("stopped; run again with --restore auto to go on from here");
  }

  /** A line, however many its cause has. */
  static String describe(Restart restart) {
    return String.format(
        Locale.ROOT,
        "restart %d of at most %d, from the last checkpoint, in %.1f s: %s",
        restart.attempt(),
        restart.attempts(),
        restart.delay().toMillis() / 1000.0,
        Failures.hinted(
            String.valueOf(restart.cause().getMessage()).replaceAll("\\s*\\R\\s*", " ")));
  }

  /** Runs the job, with its progress on standard error. */
  static AnnouncedVersion execute(SnapshotJobConfig config, Terminal terminal) {
    try (ProgressDisplay progress = ProgressDisplay.on(terminal)) {
      return SnapshotJob.runEmbedded(config, progress);
    }
  }
}
