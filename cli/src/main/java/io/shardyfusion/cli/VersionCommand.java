package io.shardyfusion.cli;

import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the version.")
final class VersionCommand extends ShardyCommand {

  VersionCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  boolean needsDataset() {
    return false;
  }

  @Override
  int run(Printer printer) {
    printer.text(String.join("\n", new Version().getVersion()) + "\n");
    return 0;
  }
}
