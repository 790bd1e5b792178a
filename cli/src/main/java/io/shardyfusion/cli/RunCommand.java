package io.shardyfusion.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.job.RunOptions;
import io.shardyfusion.job.RunResult;
import io.shardyfusion.job.SnapshotJob;
import io.shardyfusion.job.SnapshotJobConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "run",
    description = "Read rows and publish them as the next version, on a Flink in this process.")
final class RunCommand extends ShardyCommand {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Mixin private final RunOptions runOptions = new RunOptions();

  RunCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  int run(Printer printer) {
    SnapshotJobConfig config = runOptions.toConfig(options().dataset(), options().storeOptions());
    printer.document(JSON.valueToTree(execute(config, terminal())));
    return 0;
  }

  /** Runs the job, with its progress on standard error. */
  static RunResult execute(SnapshotJobConfig config, Terminal terminal) {
    try (ProgressDisplay progress = ProgressDisplay.on(terminal)) {
      return SnapshotJob.runEmbedded(config, progress);
    }
  }
}
