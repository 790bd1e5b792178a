package io.shardyfusion.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.job.ContinuousRun;
import io.shardyfusion.job.RunOptions;
import io.shardyfusion.job.RunResult;
import io.shardyfusion.job.SnapshotJob;
import io.shardyfusion.job.SnapshotJobConfig;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "run",
    description = "Read rows and publish them, once or continuously, on a Flink in this process.")
final class RunCommand extends ShardyCommand {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Mixin private final RunOptions runOptions = new RunOptions();

  RunCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  int run(Printer printer) {
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
      ContinuousRun run = ContinuousRun.start(config);
      err.println(
          "running; checkpoints are in "
              + run.checkpointDirectory()
              + (run.restoredFrom() == null ? "" : "; restored from " + run.restoredFrom()));
      started.complete(run);
      run.await(
          version -> {
            printer.document(JSON.valueToTree(version));
            printer.flush();
          },
          () -> err.println("the job failed, and is being restarted from its last checkpoint"));
    } finally {
      signals.close();
    }
    err.println("stopped; run again with --restore auto to go on from here");
  }

  /** Runs the job, with its progress on standard error. */
  static RunResult execute(SnapshotJobConfig config, Terminal terminal) {
    try (ProgressDisplay progress = ProgressDisplay.on(terminal)) {
      return SnapshotJob.runEmbedded(config, progress);
    }
  }
}
