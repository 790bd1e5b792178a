package io.shardyfusion.cli;

import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the version.")
final class VersionCommand extends ShardyCommand {

  VersionCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  protected boolean needsDataset() {
    return false;
  }

  @Override
  protected int run(Printer printer) {
    printer.text(String.join("\n", new Version().getVersion()) + "\n");
    return 0;
  }
}
